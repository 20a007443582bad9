import { spawnSync } from 'node:child_process';
import { REPOSITORY } from './command.ts';

/** Whether this kernel has what `landlock-only` takes: Linux 6.12, by the helper's own word. */
export const hasLandlock = !spawnSync(`${REPOSITORY}/dist/helper-${process.arch}`, ['landlock'], {
  encoding: 'utf8',
}).stderr?.includes('Linux 6.12');
