import { isWithin } from '../../match/path.ts';
import { TEMPLATE } from '../../plan/macos-places.ts';
import type { Mount, Plan } from '../../plan/plan.ts';
import { environmentOf, type Values } from '../environment.ts';
import type { Spawn } from '../spawn.ts';
import { SANDBOX_EXEC } from './judge-sandbox-exec.ts';
import { profileOf } from './profile.ts';

/** A plan for macOS, but for the name of the directory that this launch has for itself, which is made up at last. */
export interface Prepared {
  /** Where that directory comes to lie, with X's where its name is made up. */
  readonly template: string;
  /** What is made in it, by paths below the template, outer ones first. */
  readonly directories: readonly string[];
  /** Links of its own to directories of ours that persist. */
  readonly kept: readonly { readonly path: string; readonly source: string }[];
  /** What must still be what the plan looked at. */
  readonly held: readonly { readonly path: string; readonly device: number; readonly inode: number }[];
  /** The process, once that directory is there. */
  readonly spawnIn: (directory: string) => Spawn;
}

/** A plan as a run of sandbox-exec. */
export function prepareSeatbelt(plan: Plan, values: Values): Prepared {
  const template = plan.mounts.find(({ kind, path }) => kind === 'directory' && path.endsWith(TEMPLATE))?.path;
  if (template === undefined) throw new Error('a plan for macOS has no directory of its own');
  const env = environmentOf(plan, values);
  return {
    template,
    directories: plan.mounts.flatMap(({ kind, path }) => (kind === 'directory' && path !== template ? [path] : [])),
    kept: plan.mounts.flatMap((mount) => (mount.kind === 'state' ? [{ path: mount.path, source: mount.source }] : [])),
    held: plan.mounts.flatMap(heldOf),
    spawnIn: (directory) => {
      const { text, parameters } = profileOf(plan);
      const placed = (path: string): string => placedIn(directory, path, template);
      return {
        file: SANDBOX_EXEC,
        args: [
          ...['-p', text],
          ...Object.entries(parameters).flatMap(([name, path]) => ['-D', `${name}=${placed(path)}`]),
          ...['--', ...plan.argv],
        ],
        env: { ...env, ...placedEnv(plan, placed) },
        cwd: placed(plan.cwd.path),
        account: undefined,
        descriptors: [],
        waits: false,
        masks: [],
      };
    },
  };
}

/** A path below the template, where it really is. */
export function placedIn(directory: string, path: string, template: string): string {
  return isWithin(path, template) ? directory + path.slice(template.length) : path;
}

/** Of the environment, what we wrote ourselves: a policy's own value stays as it is written. */
function placedEnv({ env }: Plan, placed: (path: string) => string): Spawn['env'] {
  return Object.fromEntries(env.flatMap((rule) => (rule.from === 'us' ? [[rule.name, placed(rule.value)]] : [])));
}

function heldOf(mount: Mount): Prepared['held'] {
  return mount.kind === 'bind' && mount.held ? [{ path: mount.path, ...mount.held }] : [];
}
