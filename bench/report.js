/**
 * @typedef {object} Result
 * @property {string} name
 * @property {string} about
 * @property {readonly import('./figure.js').Figure[]} [figures]
 * @property {string} [notMeasured] Why there are none.
 */

/**
 * A row for a terminal.
 *
 * @param {Result} result
 */
export function rowText({ name, about, figures, notMeasured }) {
  const lines = notMeasured ? [`not measured: ${notMeasured}`] : (figures ?? []).map(figureText);
  return [`${name}: ${about}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/**
 * The table that the README shows: ratios, and what is to be reached. Other numbers say more of the machine than of us.
 *
 * @param {readonly Result[]} results
 * @param {ReturnType<typeof import('./machine.js').describeMachine>} machine
 */
export function table(results, machine) {
  const { processor, cores, kernel, distribution, node, bubblewrap, date } = machine;
  const rows = results.flatMap(({ about, figures, notMeasured }) =>
    notMeasured
      ? [[about, `not measured: ${notMeasured}`, '', '']]
      : (figures ?? [])
          .filter((one) => one.unit === '×' || one.bar !== undefined)
          .map((one) => [`${about}, ${one.what}`, number(one), bar(one), reached(one)]),
  );
  return [
    '| what | measured | to reach | reached |',
    '|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `Medians of interleaved rounds, same Node.js on both sides. ${date}: ${processor}, ${cores} cores, ${distribution}, ` +
      `Linux ${kernel}, Node.js ${node}, bubblewrap ${bubblewrap}.`,
  ].join('\n');
}

/** @param {import('./figure.js').Figure} figure */
function figureText(figure) {
  const spread = figure.quartiles?.map((value) => value.toFixed(2)).join('–');
  const judged = figure.bar ? `   ${bar(figure)}   reached: ${reached(figure)}` : '';
  return `${figure.what.padEnd(72)} ${number(figure).padStart(10)}${spread ? `   half of them ${spread}` : ''}${judged}`;
}

/** @param {import('./figure.js').Figure} figure */
function number({ value, unit }) {
  if (unit === '×') return `${value.toFixed(2)}×`;
  return `${value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1)} ${unit}`;
}

/** @param {import('./figure.js').Figure} figure */
function bar({ bar: wanted, unit }) {
  if (!wanted) return '';
  const suffix = unit === '×' ? unit : ` ${unit}`;
  return 'atMost' in wanted ? `≤ ${wanted.atMost}${suffix}` : `≥ ${wanted.atLeast}${suffix}`;
}

/** @param {import('./figure.js').Figure} figure */
function reached({ reached: isReached }) {
  return isReached === undefined ? '' : isReached ? 'yes' : 'no';
}
