import { expect, test } from 'vitest';
import { readWaiting, WAITING, waitingText } from '../../../src/lock/waiting.ts';

test.each<[wait: string | undefined, perSecond: number, again: string | undefined, seconds: number, times: number]>([
  [undefined, 1, undefined, WAITING.seconds, WAITING.again],
  ['1500', 1000, '0', 1.5, 0],
  ['15', 1, '5', 15, 5],
  // Without a bound, in these tools.
  ['0', 1000, undefined, WAITING.seconds, WAITING.again],
  ['86400', 1, '1000', 300, 5],
  ['soon', 1, '-1', WAITING.seconds, WAITING.again],
  ['', 1, '1.5', WAITING.seconds, WAITING.again],
])('%s at %i a second and again %s are %d seconds, and %i times more', (wait, perSecond, again, seconds, times) => {
  expect(readWaiting(wait, perSecond, again)).toEqual({ seconds, again: times });
});

test('is told in words', () => {
  expect(waitingText(WAITING)).toBe('30 seconds, 3 times');
  expect(waitingText({ seconds: 1, again: 0 })).toBe('1 second');
});
