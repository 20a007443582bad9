import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { custody, type Custody, type Step } from '../../../src/match/custody.ts';

const ME = 1000;
const DIRECTORY = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;

const step = (uid: number, mode: number, gid = uid, path = '/x'): Step => ({ path, uid, gid, mode });
const outcome = (keeper: Custody): string =>
  keeper.of === 'others' ? `others: ${keeper.fault} of ${keeper.path}` : keeper.of;

describe('who can change a file', () => {
  test.each<[string, Step[], string]>([
    ['root alone, if everything is root’s', [step(0, DIRECTORY | 0o755), step(0, FILE | 0o644)], 'root'],
    ['root alone, if root’s group may write', [step(0, FILE | 0o664)], 'root'],
    ['the user, if it is theirs', [step(0, DIRECTORY | 0o755), step(ME, FILE | 0o644)], 'user'],
    ['the user, if a directory is theirs', [step(ME, DIRECTORY | 0o755), step(0, FILE | 0o644)], 'user'],
    ['others, if it is theirs', [step(1001, FILE | 0o600)], 'others: owner of /x'],
    ['others, if a directory is theirs', [step(1001, DIRECTORY | 0o700), step(0, FILE | 0o600)], 'others: owner of /x'],
    ['others, if a group may write', [step(ME, FILE | 0o664)], 'others: writable of /x'],
    ['others, if a group of root’s file may write', [step(0, FILE | 0o664, 50)], 'others: writable of /x'],
    ['others, if everyone may write', [step(0, FILE | 0o666)], 'others: writable of /x'],
    [
      'others, if everyone may write a directory',
      [step(0, DIRECTORY | 0o777), step(ME, FILE | 0o600)],
      'others: writable of /x',
    ],
    ['the user, in a sticky directory', [step(0, DIRECTORY | 0o1777), step(ME, FILE | 0o600)], 'user'],
    [
      'others, if the file itself is sticky and everyone may write it',
      [step(ME, FILE | 0o1666)],
      'others: writable of /x',
    ],
    [
      'others, in a sticky directory of theirs',
      [step(1001, DIRECTORY | 0o1777), step(ME, FILE | 0o600)],
      'others: owner of /x',
    ],
    ['the user, by a link of theirs, whose mode means nothing', [step(ME, LINK | 0o777)], 'user'],
    ['others, by a link of theirs', [step(1001, LINK | 0o777)], 'others: owner of /x'],
  ])('is %s', (_title, steps, expected) => {
    expect(outcome(custody(steps, ME))).toBe(expected);
  });

  test('is told by the first step that is at fault', () => {
    const steps = [step(0, DIRECTORY | 0o777, 0, '/first'), step(1001, FILE | 0o666, 0, '/first/second')];
    expect(outcome(custody(steps, ME))).toBe('others: writable of /first');
  });
});

const anyStep = fc.record({
  path: fc.constant('/x'),
  uid: fc.constantFrom(0, ME, 1001, 65534),
  gid: fc.constantFrom(0, ME, 50),
  mode: fc
    .tuple(fc.constantFrom(DIRECTORY, FILE, LINK), fc.integer({ min: 0, max: 0o7777 }))
    .map(([type, bits]) => type | bits),
});
const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 5 });

describe('for all ways to a file', () => {
  test('one that is out of the user’s hands stays so, whatever is added to it', () => {
    fc.assert(
      fc.property(anySteps, anySteps, (way, more) => {
        if (custody(way, ME).of !== 'others') return;
        expect(custody([...way, ...more], ME).of).toBe('others');
        expect(custody([...more, ...way], ME).of).toBe('others');
      }),
    );
  });

  test('it is root’s alone only if every step is', () => {
    fc.assert(
      fc.property(anySteps, (way) => {
        if (custody(way, ME).of === 'root') expect(way.every(({ uid }) => uid === 0)).toBe(true);
      }),
    );
  });

  test('nobody is kept out who could write: a step that everyone may write is a fault, but a link and a sticky directory', () => {
    fc.assert(
      fc.property(anySteps, (way) => {
        const isOpen = way.some(({ mode }) => {
          const type = mode & 0o170000;
          return (mode & 0o002) !== 0 && type !== LINK && !(type === DIRECTORY && (mode & 0o1000) !== 0);
        });
        if (isOpen) expect(custody(way, ME).of).toBe('others');
      }),
    );
  });

  test('root’s own files are root’s to root, and the user’s are not', () => {
    expect(custody([step(ME, FILE | 0o600)], 0).of).toBe('others');
    expect(custody([step(0, FILE | 0o600)], 0).of).toBe('root');
  });
});
