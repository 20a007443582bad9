import type { Place } from '../finding/finding.ts';
import { normalised } from '../identity/pypi-spec.ts';
import { readLauncher } from '../identity/read-launcher.ts';
import { listIn, valueAt } from './entry-edit.ts';
import { readSource, type Source } from './source.ts';

/** The text, or where it says something that is not to be touched. */
export type Replaced = { readonly text: string } | { readonly unclear: Place | undefined };

/** A package as an identity has it. */
interface Package {
  readonly kind: 'npm' | 'pypi';
  readonly name: string;
  readonly version: string;
}

/**
 * The text of a policy with another version of a package where these entries have this one, and all else as it was.
 * Whether it says then what it should is for its reader to say.
 */
export function replacePackage(
  file: string,
  text: string,
  ids: readonly string[],
  from: Package,
  version: string,
): Replaced {
  const source = readSource(file, text);
  if (!source.allowed) return { unclear: undefined };
  const lines = text.split('\n');
  const places = ids.map((id) => placeOf(source.granted, id, from));
  // From the end, for what is put in is of another length.
  for (const { at, spec } of places.toSorted((one, other) => order(other.at) - order(one.at))) {
    const line = lines[at.line - 1] ?? '';
    const [start, end] = [at.column - 1, at.column - 1 + at.length];
    const written = line.slice(start, end);
    if (spec === undefined || written.split(spec).length !== 2) return { unclear: at };
    const next = spec.slice(0, -from.version.length) + version;
    lines[at.line - 1] = `${line.slice(0, start)}${written.replace(spec, () => next)}${line.slice(end)}`;
  }
  return { text: lines.join('\n') };
}

const order = ({ line, column }: Place): number => line * 2 ** 20 + column; // a policy has a mebibyte at most

/** Where an entry says which package it is, in its `command` or in the argument of a launcher; and how it is spelled there. */
function placeOf(source: Source, id: string, from: Package): { readonly at: Place; readonly spec: string | undefined } {
  const path = ['servers', id];
  const entry = valueAt(source.value, path);
  const whole = specIn(entry, from);
  if (whole !== undefined) return { at: source.locate(path, 'value'), spec: whole };
  const command = valueAt(entry, ['command']);
  const own = specIn(command, from);
  if (own !== undefined) return { at: source.locate([...path, 'command'], 'value'), spec: own };
  const words = listIn(valueAt(entry, ['args']));
  const slot = words.findIndex((word) => typeof word !== 'string');
  const given = words.slice(0, slot === -1 ? words.length : slot).map(String);
  const reading = typeof command === 'string' ? readLauncher(command, given) : undefined;
  const token = reading?.ok
    ? given.slice(0, reading.consumed).findIndex((word) => specIn(word, from) !== undefined)
    : -1;
  const at = source.locate([...path, 'args', ...(token === -1 ? [] : [token])], 'value');
  return { at, spec: specIn(given[token], from) };
}

/** The package of `npm:SPEC`, `SPEC#PROGRAM`, `--package=SPEC`, or SPEC itself; its version stands at the end. */
function specIn(word: unknown, { kind, name, version }: Package): string | undefined {
  if (typeof word !== 'string') return undefined;
  const [whole = ''] = word.split('#');
  const [, spec = ''] = new RegExp(`^(?:${kind}:|--[a-z-]+=)?(.*)$`, 's').exec(whole) ?? [];
  if (kind === 'npm') return spec === `${name}@${version}` ? spec : undefined;
  const [, written = '', exact] = /^([^=@]+)(?:==|@)(.+)$/s.exec(spec) ?? [];
  return normalised(written) === name && exact === version ? spec : undefined;
}
