import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { enterSeeingTree } from '../../src/confine/enter-seeing-tree.ts';
import { enterByHelper, TREE_IS_AS_KEPT } from '../../src/confine/enter.ts';
import type { Plan, PlannedTree } from '../../src/plan/plan.ts';
import { REPOSITORY } from './command.ts';

/**
 * Whether the native helper takes a tree for the one that was kept, entered as in a sandbox and let go; `scratch` is the
 * path of a file for its handshake.
 */
export function isSeenAsKept(locked: PlannedTree, real: string, sha256: string, scratch: string): boolean {
  writeFileSync(scratch, '..');
  const handshake = openSync(scratch, 'r+');
  const passed: number[] = [];
  const many = { value: 4000, because: { reason: 'default' } };
  const plan: Pick<Plan, 'limits' | 'argv' | 'program'> = {
    limits: { memory: many, processes: many, openFiles: many },
    argv: ['/bin/true'],
    program: { asked: 'crm', real, sha256, heldBy: 'lock', locked, because: { reason: 'default' } },
  };
  const [, ...words] = enterSeeingTree(enterByHelper)(plan, (descriptor) => {
    if (descriptor.kind !== 'own') return '0';
    return String(3 + passed.push(openSync(existsSync(descriptor.path) ? descriptor.path : '/dev/null', 'r')));
  });
  execFileSync(HELPER, words, { stdio: ['ignore', 'ignore', 'inherit', handshake, ...passed] });
  for (const descriptor of [handshake, ...passed]) closeSync(descriptor);
  return readFileSync(scratch, 'utf8').startsWith(TREE_IS_AS_KEPT);
}

const HELPER = `${REPOSITORY}/dist/helper-${process.arch}`;
