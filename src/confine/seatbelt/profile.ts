import { pathAndAncestors } from '../../match/path.ts';
import { pythonFramework } from '../../plan/macos-program.ts';
import type { Mount, Plan } from '../../plan/plan.ts';
import { BROKERS, CLOSED, DEVICES, LIFE, WHOLE_NETWORK } from './constant-rules.ts';
import { profileText, type Expression } from './expression.ts';
import { Parameters } from './parameters.ts';

export interface Profile {
  readonly text: string;
  /** Values of the parameters by name: every path that the profile is about. */
  readonly parameters: Readonly<Record<string, string>>;
}

type Rule = readonly Expression[];

/**
 * A plan as a profile of Seatbelt.
 *
 * The laws of this file:
 * - Rules allow and none denies, but at the beginning: what is not named is denied, and no order can change that.
 * - Every path of a plan comes as a parameter. The text depends on how many there are, and not on what they say.
 * - A directory that may be written may not be replaced itself: a link that a server puts in its place would be
 *   followed at the next start.
 */
export function profileOf(plan: Plan): Profile {
  const parameters = new Parameters();
  const rules = [
    ...CLOSED,
    ...LIFE,
    ...executed(plan, parameters),
    ...read(plan, parameters),
    ...written(plan, parameters),
    ...ways(plan, parameters),
    ...NETWORK[plan.network.mode],
  ];
  return { text: profileText(rules), parameters: parameters.values };
}

/** Each mode has its rules here, or this does not compile. No plan has hosts yet: a proxy of ours would be `(remote ip "localhost:PORT")`. */
const NETWORK: Record<Plan['network']['mode'], readonly Rule[]> = { none: [], hosts: [], host: WHOLE_NETWORK };

/** The program, what runs it, and the system's programs but for those that have others act. A grant is not executed. */
function executed({ program, mounts }: Plan, parameters: Parameters): Rule[] {
  const framework = program.interpreter && pythonFramework(program.interpreter.real);
  const own = [
    program.real,
    ...(program.interpreter ? [program.interpreter.real] : []),
    ...(framework === undefined ? [] : [`${framework}/Resources/Python.app/Contents/MacOS/Python`]),
  ];
  const system = mounts.filter(({ kind, path }) => kind === 'bind' && PROGRAMS.includes(path));
  const brokers = BROKERS.map((text): Expression => ['literal', { text }]);
  return [
    ['allow', 'process-exec*', ...own.map((path): Expression => ['literal', parameters.of('program', path)])],
    ...system.map(({ path }): Rule => {
      const below: Expression = ['subpath', parameters.of('read', path)];
      return ['allow', 'process-exec*', ['require-all', below, ['require-not', ['require-any', ...brokers]]]];
    }),
  ];
}

const PROGRAMS = ['/bin', '/usr/bin', '/usr/libexec'];

/** Also as code: what it may read, it could load by copying it. */
function read({ mounts }: Plan, parameters: Parameters): Rule[] {
  const binds = mounts.filter((mount) => mount.kind === 'bind' && mount.mode === 'read');
  return [
    ...mounts.flatMap(({ kind }) => (kind === 'devices' ? DEVICES : [])),
    ...binds.map(({ path }): Rule => {
      return ['allow', 'file-read*', 'file-map-executable', ['subpath', parameters.of('read', path)]];
    }),
  ];
}

function written({ mounts }: Plan, parameters: Parameters): Rule[] {
  const roots = mounts.flatMap((mount): [string, string][] => {
    if (mount.kind === 'bind' && mount.mode === 'write') return [['write', mount.path]];
    if (mount.kind === 'state') return [['state', mount.source]];
    return isOutermost(mount, mounts) ? [['private', mount.path]] : [];
  });
  return roots.flatMap(([name, path]): Rule[] => {
    const root = parameters.of(name, path);
    const itself: Expression = ['literal', root];
    return [
      ['allow', 'file-read*', 'file-map-executable', ['subpath', root]],
      ['allow', 'file-write*', ['require-all', ['subpath', root], ['require-not', itself]]],
      ['allow', 'file-write-data', 'file-write-mode', 'file-write-times', 'file-write-xattr', itself],
      // Sockets of its own, which nobody else listens on.
      ...(name === 'private' ? [['allow', 'network-bind', 'network-outbound', ['subpath', root]]] : []),
    ];
  });
}

function isOutermost({ kind, path }: Mount, mounts: readonly Mount[]): boolean {
  if (kind !== 'directory') return false;
  return !mounts.some((other) => other.kind === 'directory' && path.startsWith(`${other.path}/`));
}

/** That something is there, of every directory on the way to what it has, and of the links: realpath(3) asks each. */
function ways({ mounts, program }: Plan, parameters: Parameters): Rule[] {
  const ends = [
    program.real,
    ...mounts.flatMap((mount) =>
      mount.kind === 'state' ? [mount.source] : mount.kind === 'devices' ? [] : mount.path,
    ),
  ];
  const steps = ends.flatMap((path) => pathAndAncestors(path).slice(1, -1));
  const links = mounts.filter(({ kind }) => kind === 'link').map(({ path }) => path);
  const places = [...new Set([...links, ...steps, '/dev'])];
  return [
    ['allow', 'file-read-metadata', ...places.map((path): Expression => ['literal', parameters.of('way', path)])],
  ];
}
