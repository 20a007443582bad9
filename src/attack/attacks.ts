import type { Attack } from './attack.ts';
import { ON_FILES } from './on-files.ts';
import { ON_KERNEL } from './on-kernel.ts';
import { ON_NETWORK } from './on-network.ts';
import { ON_PROCESSES } from './on-processes.ts';

/**
 * Every attack that `doctor --attack` makes. What a plan does not have yet, limits of memory and of processes among it,
 * has no row: there is nothing there that could hold.
 */
export const ATTACKS: readonly Attack[] = [...ON_FILES, ...ON_PROCESSES, ...ON_NETWORK, ...ON_KERNEL];

/** A row for people, without what it takes to try it. */
export interface ExplainedAttack {
  readonly id: string;
  readonly does: string;
  readonly gains: string;
  readonly source: string;
  readonly known: string | undefined;
}

export function explainAttacks(): readonly ExplainedAttack[] {
  return ATTACKS.map(({ id, does, gains, source, known }) => ({ id, does, gains, source, known }));
}
