import { expect, test } from 'vitest';
import { done, refused, untried, type Outcome } from '../../../src/attack/attempt.ts';
import { judge } from '../../../src/attack/judge.ts';

const got = done('it was read');
const stopped = refused('ENOENT');
const lacking = untried('there is no /usr/bin/perl');

test.each<[title: string, outside: Outcome, inside: Outcome, says: string]>([
  ['what works outside and not inside is held, by what stood in the way', got, stopped, 'held: ENOENT'],
  ['what works inside is not held', got, got, 'not held: it was read'],
  ['what works inside is not held, although it did not work outside', stopped, got, 'not held: it was read'],
  ['what works inside is not held, although it could not be tried outside', lacking, got, 'not held: it was read'],
  [
    'what works nowhere says nothing of the sandbox',
    refused('EPERM'),
    stopped,
    'not applicable: not without a sandbox either, EPERM',
  ],
  ['what cannot be tried says why', lacking, lacking, 'not applicable: there is no /usr/bin/perl'],
  [
    'what cannot be tried outside says nothing, stopped or not',
    lacking,
    stopped,
    'not applicable: there is no /usr/bin/perl',
  ],
  [
    'what cannot be tried inside alone has not been held against',
    got,
    lacking,
    'not applicable: there is no /usr/bin/perl, inside',
  ],
])('%s', (_title, outside, inside, says) => {
  const { verdict, found } = judge(outside, inside);
  expect(`${verdict}: ${found}`).toBe(says);
});
