import { hintFor, isFault, type Tried } from '../attack/tried.ts';
import { hang } from './columns.ts';
import type { Paint } from './finding-text.ts';

/**
 * Attacks for a person: what says nothing here first, what must worry last, where a terminal ends. How each went stands
 * as a word in front of it; what is got, or what stood in the way, after the colon.
 */
export function attackText(tried: readonly Tried[], width: number, paint: Paint): string {
  const sorted = Object.values(WORDS).flatMap((word) => tried.filter((one) => wordOf(one) === word));
  const lines = sorted.flatMap((one, index) => attackLines(one, sorted[index - 1], width, paint));
  return `${lines.join('\n')}\n\n${paint.strong(summary(tried))}\n`;
}

/** In the order in which they are shown. */
const WORDS = { nothing: 'not applicable', held: 'held', known: 'known limit', fault: 'not held' } as const;
type Word = (typeof WORDS)[keyof typeof WORDS];
const COLUMN = WORDS.nothing.length + 2;

function wordOf(tried: Tried): Word {
  if (tried.verdict === 'not applicable') return WORDS.nothing;
  if (tried.verdict === 'held') return WORDS.held;
  return isFault(tried) ? WORDS.fault : WORDS.known;
}

/** A hint that stands above already is not written out again. */
function attackLines(tried: Tried, above: Tried | undefined, width: number, paint: Paint): readonly string[] {
  const word = wordOf(tried);
  const head = paintOf(word, paint)(word) + ' '.repeat(COLUMN - word.length);
  const hint = hintFor(tried);
  const isAbove = above !== undefined && hintFor(above) === hint;
  const lead = `${' '.repeat(COLUMN)}hint: `;
  return [
    ...hang(head, COLUMN, `${tried.attack.does}: ${tried.found}`, width),
    ...(hint === undefined ? [] : hang(lead, lead.length, isAbove ? 'the same' : hint, width)),
  ];
}

function paintOf(word: Word, paint: Paint): (text: string) => string {
  switch (word) {
    case 'not applicable':
      return paint.quiet;
    case 'held':
      return paint.strong;
    case 'known limit':
      return paint.warning;
    case 'not held':
      return paint.error;
  }
}

function summary(tried: readonly Tried[]): string {
  const count = (word: Word): number => tried.filter((one) => wordOf(one) === word).length;
  const [faults, held] = [count('not held'), count('held')];
  const known = count('known limit');
  const rest = `${count('not applicable')} not applicable here${known === 0 ? '' : `, ${plural(known, 'known limit')}`}`;
  return faults === 0
    ? `the sandbox held against ${plural(held, 'attack')}; ${rest}`
    : `the sandbox did not hold against ${faults} of ${plural(held + faults, 'attack')}; ${rest}`;
}

function plural(count: number, words: string): string {
  return `${count} ${words}${count === 1 ? '' : 's'}`;
}
