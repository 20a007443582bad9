import { isRecord } from '../policy/json-checks.ts';
import type { Path } from './edit-yaml.ts';
import type { Source } from './source.ts';

/** A server's entry in a policy that is to be edited. */
export interface Entry {
  readonly source: Source;
  readonly id: string;
}

/** A value for a path where there is none, or for the index after a list's last item. */
export interface Edit {
  readonly path: Path;
  readonly value: unknown;
  readonly narrows?: true;
}

/** What the entry says of a key, or what `defaults` says for it, and where. */
export function inForce({ source, id }: Entry, keys: readonly string[]): { value: unknown; path: Path } {
  const path = ['servers', id, ...keys];
  const own = valueAt(source.value, path);
  if (own !== undefined && own !== null) return { value: own, path };
  return { value: valueAt(source.value, ['defaults', ...keys]), path: ['defaults', ...keys] };
}

/** To the entry's own list. One that it has from `defaults` is copied first: a key of its own replaces that. */
export function append(entry: Entry, keys: readonly string[], item: unknown): Edit {
  const path = ['servers', entry.id, ...keys];
  const list = inForce(entry, keys);
  const given = listIn(list.value);
  if (given.length > 0 && list.path[0] === 'defaults') return { path, value: [...given, item] };
  return { path: [...path, given.length], value: item };
}

export function valueAt(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return value;
  return isRecord(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest) : undefined;
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
