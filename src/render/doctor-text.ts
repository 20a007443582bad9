import type { Probe } from '../finding/probe.ts';
import { hang } from './columns.ts';
import { type Paint } from './finding-text.ts';

/**
 * Probes for a person: one after the other, what is well first and what must be mended last, where a terminal ends. The
 * verdict stands as a word in front of each. Words go on in a next line where `width` ends; what is to be typed is never
 * cut, however long it is, for half a command is another one.
 */
export function doctorText(probes: readonly Probe[], width: number, paint: Paint): string {
  const sorted = ORDER.flatMap((verdict) => probes.filter((probe) => probe.verdict === verdict));
  const column = VERDICT + Math.max(0, ...probes.map(({ name }) => name.length)) + 2;
  const lines = sorted.flatMap((probe, index) => [
    ...foundLines(probe, column, width, paint),
    ...fixLines(probe, sorted[index - 1], width),
  ]);
  return `${lines.join('\n')}\n\n${paint.strong(summary(probes))}\n`;
}

const ORDER: readonly Probe['verdict'][] = ['ok', 'untested', 'limited', 'fails'];
/** Columns of the longest verdict, and two between. */
const VERDICT = 'untested'.length + 2;

function foundLines({ name, verdict, found }: Probe, column: number, width: number, paint: Paint): readonly string[] {
  const head = paintOf(verdict, paint)(verdict) + ' '.repeat(VERDICT - verdict.length) + name.padEnd(column - VERDICT);
  return hang(head, column, found, width);
}

/** A fix that stands above already is not written out again. */
function fixLines({ fix }: Probe, above: Probe | undefined, width: number): readonly string[] {
  if (fix === undefined) return [];
  const head = `${' '.repeat(VERDICT)}fix: `;
  return hang(head, head.length, fix === above?.fix ? 'the same' : fix, width);
}

function paintOf(verdict: Probe['verdict'], paint: Paint): (text: string) => string {
  switch (verdict) {
    case 'fails':
      return paint.error;
    case 'limited':
      return paint.warning;
    case 'untested':
      return paint.quiet;
    case 'ok':
      return paint.strong;
  }
}

function summary(probes: readonly Probe[]): string {
  const count = (verdict: Probe['verdict']): number => probes.filter((probe) => probe.verdict === verdict).length;
  const [failing, weaker] = [count('fails'), count('limited')];
  const also = weaker === 0 ? '' : `, and ${weaker} ${weaker === 1 ? 'thing' : 'things'} could be better`;
  if (failing === 0) return `servers can be started here${also}`;
  return 'no server can be started here: mend what fails, from the top, and try again';
}
