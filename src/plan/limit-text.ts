import type { LimitName } from '../policy/limits.ts';

/** A limit as a policy would write it: `4GiB`, `90s`, `512`. */
export function limitText(name: LimitName, value: number): string {
  const units = UNITS[name];
  const [unit, size] = units.findLast(([, one]) => value % one === 0) ?? ['', 1];
  return `${value / size}${unit}`;
}

/** What was used, to be compared with a limit at a glance. */
export function usedText(name: LimitName, value: number): string {
  const [unit, size] = UNITS[name].findLast(([, one]) => value >= one) ?? ['', 1];
  return `${Math.round((value / size) * 100) / 100}${unit}`;
}

type Units = readonly (readonly [unit: string, size: number])[];

const BYTES: Units = [
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
];
const TIMES: Units = [
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
];
const COUNT: Units = [['', 1]];

const UNITS: Record<LimitName, Units> = {
  memory: BYTES,
  processes: COUNT,
  openFiles: COUNT,
  fileSize: BYTES,
  cpu: TIMES,
  tmp: BYTES,
  start: TIMES,
  runtime: TIMES,
  idle: TIMES,
  shutdown: TIMES,
};
