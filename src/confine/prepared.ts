import { isWithin } from '../match/path.ts';
import { TEMPLATE } from '../plan/macos-places.ts';
import type { Plan } from '../plan/plan.ts';
import { environmentOf, type Values } from './environment.ts';
import type { Spawn } from './spawn.ts';

/** A plan without mounts, but for the name of the directory that this launch has for itself, which is made up at last. */
export interface Prepared {
  /** Where that directory comes to lie, with X's where its name is made up. */
  readonly template: string;
  /** What is made in it, by paths below the template, outer ones first. */
  readonly directories: readonly string[];
  /** Links of its own to directories of ours that persist. */
  readonly kept: readonly { readonly path: string; readonly source: string }[];
  /** Whose all of this is, where it is another than ours. */
  readonly account?: Spawn['account'];
  /** The process, once that directory is there. */
  readonly spawnIn: (directory: string) => Spawn;
}

/** What is made of a plan before its process is. */
export function prepare(
  { mounts }: Plan,
  account: Spawn['account'],
  spawnIn: (placed: (path: string) => string) => Spawn,
): Prepared {
  const template = mounts.find(({ kind, path }) => kind === 'directory' && path.endsWith(TEMPLATE))?.path;
  if (template === undefined) throw new Error('a plan without mounts has no directory of its own');
  return {
    template,
    directories: mounts.flatMap(({ kind, path }) => (kind === 'directory' && path !== template ? [path] : [])),
    kept: mounts.flatMap((mount) => (mount.kind === 'state' ? [{ path: mount.path, source: mount.source }] : [])),
    account,
    spawnIn: (directory) => spawnIn((path) => placedIn(directory, path, template)),
  };
}

/** A path below the template, where it really is. */
export function placedIn(directory: string, path: string, template: string): string {
  return isWithin(path, template) ? directory + path.slice(template.length) : path;
}

/** Of the environment, what we wrote ourselves is placed: a policy's own value stays as it is written. */
export function placedEnvironment(plan: Plan, values: Values, placed: (path: string) => string): Spawn['env'] {
  const ours = plan.env.flatMap((rule) => (rule.from === 'us' ? [[rule.name, placed(rule.value)] as const] : []));
  return { ...environmentOf(plan, values), ...Object.fromEntries(ours) };
}
