import type { Place } from '../finding/finding.ts';
import { readLauncher } from '../identity/read-launcher.ts';
import { listIn, valueAt } from './entry-edit.ts';
import { readSource, type Source } from './source.ts';

/** The text, or where it says something that is not to be touched. */
export type Replaced = { readonly text: string } | { readonly unclear: Place | undefined };

/**
 * The text of a policy with another package, `NAME@VERSION`, where these entries have this one, and all else as it was.
 * Whether it says then what it should is for its reader to say.
 */
export function replacePackage(
  file: string,
  text: string,
  ids: readonly string[],
  [from, to]: readonly [from: string, to: string],
): Replaced {
  const source = readSource(file, text);
  if (!source.allowed) return { unclear: undefined };
  const lines = text.split('\n');
  const places = ids.map((id) => placeOf(source.granted, id, from));
  // From the end, for what is put in is of another length.
  for (const { at, isClear } of places.toSorted((one, other) => order(other.at) - order(one.at))) {
    const line = lines[at.line - 1] ?? '';
    const [start, end] = [at.column - 1, at.column - 1 + at.length];
    const written = line.slice(start, end);
    if (!isClear || written.split(from).length !== 2) return { unclear: at };
    lines[at.line - 1] = `${line.slice(0, start)}${written.replace(from, () => to)}${line.slice(end)}`;
  }
  return { text: lines.join('\n') };
}

const order = ({ line, column }: Place): number => line * 2 ** 20 + column; // a policy has a mebibyte at most

/** Where an entry says which package it is: in its `command`, or in the argument of a launcher that it is. */
function placeOf(source: Source, id: string, spec: string): { readonly at: Place; readonly isClear: boolean } {
  const path = ['servers', id];
  const entry = valueAt(source.value, path);
  if (isSpec(entry, spec)) return { at: source.locate(path, 'value'), isClear: true };
  const command = valueAt(entry, ['command']);
  if (isSpec(command, spec)) return { at: source.locate([...path, 'command'], 'value'), isClear: true };
  const words = listIn(valueAt(entry, ['args']));
  const slot = words.findIndex((word) => typeof word !== 'string');
  const own = words.slice(0, slot === -1 ? words.length : slot).map(String);
  const reading = typeof command === 'string' ? readLauncher(command, own) : undefined;
  const token = reading?.ok ? own.slice(0, reading.consumed).findIndex((word) => isSpec(word, spec)) : -1;
  return { at: source.locate([...path, 'args', ...(token === -1 ? [] : [token])], 'value'), isClear: token !== -1 };
}

/** `npm:SPEC`, `SPEC#PROGRAM`, `--package=SPEC`, or SPEC itself. */
function isSpec(word: unknown, spec: string): boolean {
  if (typeof word !== 'string') return false;
  const [whole] = word.split('#');
  return whole === spec || whole === `npm:${spec}` || (word.startsWith('--') && word.endsWith(`=${spec}`));
}
