import { expect, test } from 'vitest';
import { Trap } from './trap.ts';

export type TrapRow = readonly [title: string, policy: string, outcome: string, hint?: string];

/** Every row is a policy; the entry in it is good, and would be started if the fault were passed over. */
export function testTraps(rows: readonly TrapRow[]): void {
  test.each(rows)('%s', async (_title, policy, outcome, hint = '') => {
    const { is, stderr } = await new Trap(policy).outcome();
    expect(is).toBe(outcome);
    expect(stderr).toContain(hint);
  });
}
