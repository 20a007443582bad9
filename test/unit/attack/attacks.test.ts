import { expect, test } from 'vitest';
import { ATTACKS } from '../../../src/attack/attacks.ts';

test('every attack has a name of its own, in the form that is published', () => {
  const names = ATTACKS.map(({ id }) => id);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z]+(?:-[a-z]+)*$/.test(name))).toEqual([]);
});

test.each(ATTACKS.map((attack) => [attack.id, attack] as const))(
  '%s says what, what for and where from',
  (_id, attack) => {
    for (const words of [attack.does, attack.gains, attack.source]) expect(words).not.toMatch(/^$|^\s|[.\s]$/);
    expect(attack.does).toMatch(/^[a-z]/);
    // What comes before is done in the start before the one in which it is made use of.
    expect(attack.first === undefined || attack.start === 'again').toBe(true);
  },
);
