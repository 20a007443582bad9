/**
 * What a row has to measure with.
 *
 * @typedef {object} Setting
 * @property {import('./home.js').Home} home
 * @property {number} rounds
 */

/**
 * One row of the table. It throws `NotMeasured` when the machine lacks a part.
 *
 * @typedef {object} Row
 * @property {string} name As on the command line.
 * @property {string} about
 * @property {(setting: Setting) => Promise<import('./figure.js').Figure[]>} measure
 */

/** A part is missing: the row says so, and shows no number. */
export class NotMeasured extends Error {}
