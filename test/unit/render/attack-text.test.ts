import { expect, test } from 'vitest';
import type { Attack } from '../../../src/attack/attack.ts';
import type { Verdict } from '../../../src/attack/judge.ts';
import { isFault, type Tried } from '../../../src/attack/tried.ts';
import { attackJson } from '../../../src/render/attack-json.ts';
import { attackText } from '../../../src/render/attack-text.ts';

const same = (text: string): string => text;
const PLAIN = { error: same, warning: same, quiet: same, strong: same };
const text = (tried: readonly Tried[]): string => attackText(tried, 80, PLAIN);

function made(verdict: Verdict, does: string, found: string, more: Partial<Attack> = {}): Tried {
  const attack = {
    id: 'an-attack',
    does,
    gains: 'much',
    source: 'unix(7)',
    start: 'closed',
    attempt: 'watched',
  } as const;
  return { attack: { ...attack, ...more }, verdict, found };
}

const known = { known: 'SECURITY.md', hint: 'grant no such directory' };

test('what says nothing stands first, what must worry last with what to do below, and the last line sums up', () => {
  const all = [
    made('not held', 'reads a file in your home', 'it was read'),
    made('not held', 'sees your keys', 'there: /home/ann/.ssh'),
    made('not held', 'connects to a socket in a directory that is granted', 'it took the connection', known),
    made('held', 'ends another process', 'ESRCH'),
    made('not applicable', 'connects to the display', 'there is no such socket here'),
  ];
  expect(text(all)).toBe(`\
not applicable  connects to the display: there is no such socket here
held            ends another process: ESRCH
known limit     connects to a socket in a directory that is granted: it took the
                connection
                hint: grant no such directory
not held        reads a file in your home: it was read
                hint: start no server here that you do not trust;
                      \`mcp-secure-run doctor\` shows what this machine lacks
not held        sees your keys: there: /home/ann/.ssh
                hint: the same

the sandbox did not hold against 2 of 3 attacks; 1 not applicable here, 1 known limit
`);
});

test('a known limit is told, and is no fault', () => {
  const all = [made('held', 'a', 'b'), made('not held', 'c', 'd', known)];
  expect(all.filter(isFault)).toEqual([]);
  expect(text(all)).toMatch(/^the sandbox held against 1 attack; 0 not applicable here, 1 known limit$/m);
});

test('what is found is published without what cannot be printed', () => {
  const { found, known: where, hint } = attackJson(made('not held', 'a', 'there: /home/\u001b[2J'));
  expect([found, where]).toEqual(['there: /home/\\u{1b}[2J', null]);
  expect(hint).toContain('`mcp-secure-run doctor`');
});
