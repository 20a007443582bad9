import type { Place } from '../finding/finding.ts';
import type { Placed } from '../policy/policy.ts';
import type { DefaultsInput } from './schema.ts';
import type { ServerInput } from './schema-server.ts';
import type { Source } from './source.ts';
import { MEANINGLESS_WITH } from '../policy/unsafe.ts';

/** A part of a policy's text: what stands below a path. */
export interface Origin {
  readonly source: Source;
  readonly path: readonly PropertyKey[];
}

/** An entry of `servers` with what `defaults` adds to it, and where each of its keys stands. */
export interface PlacedEntry {
  readonly id: string;
  readonly input: ServerInput;
  /** Where the value of a key stands: in the entry, or in `defaults`. */
  readonly origin: (...key: readonly string[]) => Origin;
  /** `files.hide` of both. */
  readonly hide: readonly Placed<string>[];
}

/**
 * A key of the entry replaces the default; `files.hide` unites with it. A default that `unsafe` makes meaningless for
 * this server is left out.
 */
export function placedEntry(
  id: string,
  written: ServerInput | string,
  own: Origin,
  defaults: { readonly input: DefaultsInput; readonly origin: Origin } | undefined,
): PlacedEntry {
  const isCommandAlone = typeof written === 'string';
  const entry: ServerInput = isCommandAlone ? { command: written } : written;
  const given = defaults ? meaningful(defaults.input, entry) : {};
  const files = entry.files || given.files ? { ...given.files, ...entry.files } : undefined;
  const hide = [...hideOf(given, defaults?.origin ?? own), ...hideOf(entry, own)];
  return {
    id,
    input: { ...given, ...entry, ...(files && { files }) },
    hide,
    origin: (...key) => {
      if (isCommandAlone && key[0] === 'command') return own;
      const from = defaults && !has(entry, key) && has(given, key) ? defaults.origin : own;
      return { source: from.source, path: [...from.path, ...key] };
    },
  };
}

function hideOf({ files }: DefaultsInput, { source, path }: Origin): Placed<string>[] {
  return placedList(files?.hide, { source, path: [...path, 'files', 'hide'] });
}

function meaningful(defaults: DefaultsInput, { unsafe }: ServerInput): DefaultsInput {
  const meaningless = new Set((unsafe ?? []).flatMap((entry) => MEANINGLESS_WITH[entry] ?? []));
  const { limits, ...others } = defaults;
  const left = Object.entries(others).filter(([key]) => !meaningless.has(key));
  const limitsLeft = Object.entries(limits ?? {}).filter(([key]) => !meaningless.has(`limits.${key}`));
  return { ...Object.fromEntries(left), ...(limits && { limits: Object.fromEntries(limitsLeft) }) };
}

/** Whether there is something at this key, below that one, and so on. */
export function has(input: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  return isRecord(input) && Object.hasOwn(input, first) && input[first] !== undefined && has(input[first], rest);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function placeOf({ source, path }: Origin, ...rest: readonly PropertyKey[]): Place {
  return source.locate([...path, ...rest], 'value');
}

export function keyPlaceOf({ source, path }: Origin, ...rest: readonly PropertyKey[]): Place {
  return source.locate([...path, ...rest], 'key');
}

export function placedList<Value>(values: readonly Value[] | undefined, origin: Origin): Placed<Value>[] {
  return (values ?? []).map((value, index) => ({ value, at: placeOf(origin, index) }));
}
