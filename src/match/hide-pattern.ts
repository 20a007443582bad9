import { matchesName } from './name-pattern.ts';

/**
 * What a policy hides, as one reader of paths: it goes down from the root, a name at a time.
 *
 * A pattern that begins with `/` stands where it says; any other is looked for at every depth, so that it hides the
 * same whatever directory a grant begins at. `*` is any run of characters of one name, `?` is one of them, `**` any
 * number of names, also none; everything else is itself, case and all. What matches is hidden with all that is below.
 */
export interface HideReader {
  /** Before the first name. */
  readonly root: HideState;
  step(state: HideState, name: string): HideState;
}

export interface HideState {
  /** Of each pattern that may still match, how many of its parts are behind: numbered through all patterns. */
  readonly open: readonly number[];
  /** The first pattern that has matched, by its index. */
  readonly hiddenBy: number | undefined;
}

export function readHidePatterns(patterns: readonly string[]): HideReader {
  const parts = patterns.flatMap((pattern, index) => partsOf(pattern, index));
  const starts = parts.flatMap(({ isFirst }, at) => (isFirst ? [at] : []));
  const root = advance(parts, starts);
  return {
    root,
    step: (state, written) => {
      if (state.hiddenBy !== undefined) return state;
      const name = composed(written);
      const next = state.open.flatMap((at) => {
        const part = parts[at];
        return part?.text === undefined ? [] : part.text === '**' ? [at] : matchesPart(part.text, name) ? [at + 1] : [];
      });
      return advance(parts, next);
    },
  };
}

/** The index of the pattern that hides an absolute path, or a directory above it. */
export function hiddenBy(path: string, reader: HideReader): number | undefined {
  const names = path.split('/').filter((name) => name !== '');
  return names.reduce((state, name) => reader.step(state, name), reader.root).hiddenBy;
}

/** Why a text cannot be a pattern, or undefined. What other tools take for more than itself is refused, not misread. */
export function hideFault(pattern: string): string | undefined {
  if (/[[\]{}\\]|^!/.test(pattern))
    return 'has `[`, `]`, `{`, `}`, `\\` or a `!` in front, which mean nothing here: write one pattern for each, and `?` for a character such as these';
  const names = pattern.replace(/^~?\/|\/$/g, '').split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return 'has `.`, `..` or nothing between two slashes';
  return names.some((name) => name.includes('**') && name !== '**') ? 'has `**` beside other characters' : undefined;
}

/** A part of a pattern: what one name must be. The one after a pattern's last has no text: arriving there is a match. */
interface Part {
  readonly text: string | undefined;
  readonly pattern: number;
  readonly isFirst: boolean;
}

function partsOf(pattern: string, index: number): Part[] {
  const names = composed(pattern)
    .split('/')
    .filter((name) => name !== '');
  const texts = [...(pattern.startsWith('/') ? [] : ['**']), ...names, undefined];
  return texts.map((text, at) => ({ text, pattern: index, isFirst: at === 0 }));
}

/** Each place once, and with a `**` also the place behind it: as many as there are parts, whatever the path. */
function advance(parts: readonly Part[], places: readonly number[]): HideState {
  const open = new Set<number>();
  for (const place of places) {
    let at = place;
    while (parts[at]?.text === '**') open.add(at++);
    open.add(at);
  }
  const ends = [...open].filter((at) => parts[at]?.text === undefined).map((at) => parts[at]?.pattern ?? 0);
  return { open: [...open], hiddenBy: ends.length > 0 ? Math.min(...ends) : undefined };
}

/** One name. Of the stars that were passed only the last is gone back to, so the time is that of the two lengths. */
function matchesPart(pattern: string, name: string): boolean {
  if (!pattern.includes('?')) return matchesName(pattern, name);
  const [wanted, given] = [Array.from(pattern), Array.from(name)];
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < given.length) {
    if (wanted[at] === '*') star = { at: at++, from };
    else if (wanted[at] === '?' || wanted[at] === given[from]) [at, from] = [at + 1, from + 1];
    else if (star) [at, from] = [star.at + 1, (star.from += 1)];
    else return false;
  }
  return wanted.slice(at).every((character) => character === '*');
}

/** Two names that look the same are the same: a file system may keep an accent apart from its letter. */
function composed(text: string): string {
  return NOT_ASCII.test(text) ? text.normalize() : text;
}

const NOT_ASCII = /[^\0-\x7f]/;
