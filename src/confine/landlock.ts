import { TEMPLATE } from '../plan/macos-places.ts';
import type { Mount, Plan } from '../plan/plan.ts';
import { accountOf } from './account.ts';
import type { Values } from './environment.ts';
import { placedEnvironment, prepare, type Prepared } from './prepared.ts';
import { PROCESSES, processLimits } from './process-limits.ts';
import type { Descriptor } from './spawn.ts';

/**
 * A plan as a run of the native helper, which comes under Landlock and becomes the server: native/landlock.c says how.
 * `running` is how many threads the server's account has already: the kernel counts them all together.
 */
export function prepareLandlock(plan: Plan, values: Values, running: number): Prepared {
  return prepare(plan, accountOf(plan), (placed) => {
    const descriptors: Descriptor[] = [{ kind: 'handshake' }];
    const pass = (descriptor: Descriptor): string => String(FIRST + descriptors.push(descriptor) - 1);
    const helper = pass({ kind: 'helper' });
    const limits = processLimits(plan.limits).map(({ number, soft, hard }) => {
      const others = number === PROCESSES ? running : 0;
      return `l${number}:${soft + others}:${hard + others}`;
    });
    const words = [
      ...limits,
      `f${pass({ kind: 'filter', nestedNamespaces: false, landlock: true })}`,
      ...plan.mounts.flatMap((mount) => wordsFor(mount, pass, placed)),
    ];
    const options = pass({ kind: 'options', text: words.map((word) => `${word}\0`).join('') });
    return {
      file: `/proc/self/fd/${helper}`,
      args: ['landlock', options, '--', ...plan.argv],
      env: placedEnvironment(plan, values, placed),
      cwd: placed(plan.cwd.path),
      account: accountOf(plan),
      descriptors,
      waits: true,
      tended: true,
      masks: [],
    };
  });
}

/** Descriptors 0 to 2 are the server's; ours follow. */
const FIRST = 3;

/** The words of the helper for a place. What could be swapped since it was looked at goes by its descriptor. */
function wordsFor(
  mount: Mount,
  pass: (descriptor: Descriptor) => string,
  placed: (path: string) => string,
): readonly string[] {
  switch (mount.kind) {
    case 'bind': {
      const place = mount.held ? `#${pass({ kind: 'held', path: mount.path, ...mount.held })}` : mount.path;
      return [`${mount.mode === 'write' ? 'w' : 'r'}${place}`];
    }
    case 'state':
      return [`w${mount.source}`];
    case 'directory':
      return mount.path.endsWith(TEMPLATE) ? [`w${placed(mount.path)}`, `p${placed(mount.path)}`] : [];
    case 'devices':
      return DEVICES.map((path) => `d${path}`);
    case 'processes':
    case 'link':
      return [];
    default:
      throw new Error(`a plan without mounts has one of ${mount.path}`);
  }
}

/** As bubblewrap's `--dev` has them, but for terminals. */
const DEVICES = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'];
