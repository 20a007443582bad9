import type { Mount, Plan } from '../../plan/plan.ts';
import type { Values } from '../environment.ts';
import { placedEnvironment, prepare, type Prepared } from '../prepared.ts';
import { SANDBOX_EXEC } from './judge-sandbox-exec.ts';
import { profileOf } from './profile.ts';

/** What of a plan for macOS must still be what the plan looked at: a profile goes by paths. */
export interface Held {
  readonly held: readonly { readonly path: string; readonly device: number; readonly inode: number }[];
}

/** A plan as a run of sandbox-exec. */
export function prepareSeatbelt(plan: Plan, values: Values): Prepared & Held {
  const prepared = prepare(plan, undefined, (placed) => {
    const { text, parameters } = profileOf(plan);
    return {
      file: SANDBOX_EXEC,
      args: [
        ...['-p', text],
        ...Object.entries(parameters).flatMap(([name, path]) => ['-D', `${name}=${placed(path)}`]),
        ...['--', ...plan.argv],
      ],
      env: placedEnvironment(plan, values, placed),
      cwd: placed(plan.cwd.path),
      account: undefined,
      descriptors: [],
      waits: false,
      masks: [],
    };
  });
  return { ...prepared, held: plan.mounts.flatMap(heldOf) };
}

function heldOf(mount: Mount): Held['held'] {
  return mount.kind === 'bind' && mount.held ? [{ path: mount.path, ...mount.held }] : [];
}
