import type { Published } from './choose-version.ts';
import { isRecord } from './package-lock.ts';
import { isWheelFile, normalName, parsePypiId, pypiText } from './pypi-id.ts';
import { excludesPython } from './python-range.ts';

/** A wheel that an index lists, for this platform and Python as pip knows them. */
export interface ListedWheel {
  readonly file: string;
  readonly version: string;
  /** The day, where the index tells it (PEP 700). */
  readonly published: string | undefined;
  /** Taken back by who published it (PEP 592): there for whoever names it, and for nobody else. */
  readonly isYanked: boolean;
}

/**
 * What an index lists of a package, as our program asks it (PEP 691): wheels of versions that a policy can write; or what it
 * is that it speaks in place of JSON. Out is what says of itself that it does not run on this minor version of Python.
 */
export function readIndexAnswer(
  text: string,
  name: string,
  minor: number,
): { readonly wheels: readonly ListedWheel[] } | { readonly speaks: string } | undefined {
  const answer = parse(text);
  if (!isRecord(answer)) return undefined;
  const { speaks, wheels } = answer;
  if (typeof speaks === 'string') return { speaks };
  return Array.isArray(wheels) ? { wheels: wheels.flatMap((wheel) => readWheel(wheel, name, minor)) } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said by who asks
  }
}

function readWheel(wheel: unknown, name: string, minor: number): ListedWheel[] {
  if (!isRecord(wheel)) return [];
  const { file, version, uploaded, yanked, requires } = wheel;
  if (typeof file !== 'string' || !isWheelFile(file) || normalName(file.split('-')[0] ?? '') !== name) return [];
  if (typeof version !== 'string' || !parsePypiId(pypiText({ name, version }))) return [];
  if (typeof requires === 'string' && excludesPython(requires, minor)) return [];
  const day = typeof uploaded === 'string' ? /^\d{4}-\d{2}-\d{2}(?=T)/.exec(uploaded)?.[0] : undefined;
  // Or why it was, as text.
  const isYanked = yanked !== undefined && yanked !== null && yanked !== false;
  return [{ file, version, published: day, isYanked }];
}

/**
 * The versions that may be offered of these wheels. One is as old as the youngest wheel that could be taken of it, for a wheel can be added to
 * a version years later; and of no known age, where that of one of them is not known.
 */
export function versionsIn(wheels: readonly ListedWheel[]): readonly Published[] {
  const found = new Map<string, Published>();
  for (const { version, published, isYanked } of wheels) {
    if (isYanked) continue;
    const before = found.get(version);
    found.set(version, { version, published: before ? later(before.published, published) : published });
  }
  return [...found.values()];
}

function later(day: string | undefined, other: string | undefined): string | undefined {
  return day === undefined || other === undefined ? undefined : day < other ? other : day;
}
