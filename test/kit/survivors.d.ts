import type { Process } from './processes.js';

export interface Kills {
  readonly kills: number;
  /** How many launchers were killed before their server had said a word. */
  readonly beforeReady: number;
  /** Who was left, and how many milliseconds after its start the launcher was killed. */
  readonly survivors: readonly { readonly moment: number; readonly pid: number; readonly argv: string }[];
}

export interface Stops {
  readonly codes: readonly (number | null)[];
  readonly survivors: readonly Process[];
  /** Files that were not there before, by their names below each directory. */
  readonly temporary: readonly string[];
  readonly state: readonly string[];
  readonly cwd: readonly string[];
}

export function killAtRandom(count: number, unsafe?: readonly string[]): Promise<Kills>;
export function startAndStop(count: number): Promise<Stops>;
