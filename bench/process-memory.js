import { readFileSync } from 'node:fs';

/**
 * Proportional set of a process, in bytes: what it has alone, and its share of what it has with others.
 *
 * @param {number | undefined} pid
 */
export function proportionalSet(pid) {
  return kibibytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'), 'Pss') * 1024;
}

/**
 * The most that a process has had resident so far, in bytes.
 *
 * @param {number | undefined} pid
 */
export function peakResidentSet(pid) {
  return kibibytes(readFileSync(`/proc/${pid}/status`, 'latin1'), 'VmHWM') * 1024;
}

/**
 * @param {string} text
 * @param {string} name
 */
function kibibytes(text, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN);
}
