import { runnerOf } from './interpreter.ts';

/**
 * A program of a package by its name: no path, and nothing that a shell reads, for npx hands this word to one. Nor an
 * interpreter: launchers find those on `PATH` too.
 */
export function isBin(word: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(word) && runnerOf(word) === undefined;
}
