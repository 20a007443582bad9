import { median, quantile, ratios } from './rounds.js';

/**
 * One number of a row.
 *
 * @typedef {object} Figure
 * @property {string} what
 * @property {number} value
 * @property {'×' | 'ms' | 'µs' | 'kB' | 'MB' | 'MB/s' | 'messages/s'} unit
 * @property {readonly [number, number]} [quartiles]
 * @property {{ readonly atMost: number } | { readonly atLeast: number }} [bar] What is to be reached.
 * @property {boolean} [reached]
 */

/**
 * A figure, and whether it reached its bar.
 *
 * @param {string} what
 * @param {number} value
 * @param {Figure['unit']} unit
 * @param {Figure['bar']} [bar]
 * @returns {Figure}
 */
export function figure(what, value, unit, bar) {
  return bar ? { what, value, unit, bar, reached: isReached(value, bar) } : { what, value, unit };
}

/**
 * One candidate over another: the median over the rounds of each round's ratio.
 *
 * @param {string} what
 * @param {readonly number[]} over
 * @param {readonly number[]} base
 * @param {Figure['bar']} [bar]
 * @returns {Figure}
 */
export function ratio(what, over, base, bar) {
  const all = ratios(over, base);
  return { ...figure(what, median(all), '×', bar), quartiles: [quantile(all, 0.25), quantile(all, 0.75)] };
}

/**
 * How long each candidate took: it says more of the machine than of us, and is printed as information.
 *
 * @param {Readonly<Record<string, readonly number[]>>} samples
 * @returns {Figure[]}
 */
export function milliseconds(samples) {
  return Object.entries(samples).map(([what, values]) => figure(what, median(values), 'ms'));
}

/**
 * @param {number} value
 * @param {NonNullable<Figure['bar']>} bar
 */
function isReached(value, bar) {
  return 'atMost' in bar ? value <= bar.atMost : value >= bar.atLeast;
}
