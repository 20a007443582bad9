import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { hiddenBy, readHidePatterns } from '../match/hide-pattern.ts';
import { isNormal, isWithin } from '../match/path.ts';
import { ceilingOf, isSlot, unsafeAt, type Placed, type Policy, type ServerPolicy } from '../policy/policy.ts';
import type { Answer } from './answer.ts';
import { askEach } from './ask-each.ts';
import { decideFiles } from './decide-files.ts';
import type { Entries } from './decide-server.ts';
import { expandHome } from './expand-home.ts';
import type { Filled } from './fill-arguments.ts';
import { grantWithin } from './grant-within.ts';
import { hidesOf } from './hides-of.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import { matchingFor, NO_ENGINES } from './matching.ts';
import { PROTECTED_DEPTH, protectedName } from './protected-name.ts';
import { systemView } from './system-view.ts';

/** Whether a server sees a path, and may write it: of the user's files, or of what every server sees of the system. */
export function answerPath(
  asked: string,
  entries: Entries,
  filled: readonly Filled[] | undefined,
  policy: Policy,
  host: Host,
  view: Layout['view'] = systemView,
): Decision<Answer> {
  const path = expandHome(asked, host);
  const [{ server }] = entries;
  if (!isNormal(path)) return deny(notNormal(asked));
  const open = unsafeAt(server, 'no-sandbox');
  if (open) {
    const because = [{ reason: '`unsafe: [no-sandbox]`', at: open }];
    return allow({ what: `${path}: all that its account may`, because });
  }

  const files = askEach(entries, (entry, index) =>
    decideFiles(entry.server, filled?.[index] ?? asIfGiven(path, entry.server, host), policy, host),
  );
  if (!files.allowed) return files;
  const { files: grants } = grantWithin(entries, ceilingOf(policy), files.granted, [], host);
  const real = realOf(path, host);
  const [deepest] = grants
    .filter((grant) => isWithin(real, grant.real))
    .toSorted((one, other) => other.real.length - one.real.length);
  if (deepest) {
    const hide = hidesOf(policy, entries);
    const pattern = hide[hiddenBy(real, readHidePatterns(hide.map(({ value }) => expandHome(value, host)))) ?? -1];
    if (pattern) return deny(hidden(real, server, pattern));
    const name = protectedName(real.slice(deepest.real.length + 1).split('/'), PROTECTED_DEPTH);
    const isProtected = deepest.mode === 'write' && name !== undefined;
    const because = [
      { reason: `\`files.${deepest.mode}\``, at: deepest.asked.at },
      ...(isProtected ? [{ reason: `\`${name}\` is a protected name` }] : []),
    ];
    const access = deepest.mode === 'write' && !isProtected ? 'read and write' : 'read';
    return allow({ what: `${real}: ${access}${filled ? '' : ', if it is given after `--`'}`, because });
  }
  const system = view({ mode: 'none', because: { reason: '' } }, undefined, host).find(
    (mount) => mount.kind === 'bind' && isWithin(real, mount.path),
  );
  if (system) return allow({ what: `${real}: read`, because: [system.because] });
  return deny(
    refusal(
      'path-not-granted',
      `\`${server.id}\` does not see \`${real}\``,
      `\`mcp-secure-run allow ${server.id} --read ${asked}\`, or \`--write\``,
      server.at,
    ),
  );
}

function hidden(real: string, { id }: ServerPolicy, { value, at }: Placed<string>) {
  return refusal(
    'path-not-granted',
    `\`${id}\` does not see \`${real}\`: \`${value}\` hides it`,
    'take that out of `hide`, if the server is to see it',
    at,
  );
}

/** Where no arguments were given, the path itself, for every slot that would take it. */
function asIfGiven(path: string, server: ServerPolicy, host: Host): Filled {
  const context = matchingFor(server, host, NO_ENGINES);
  const paths = server.args.flatMap((argument) => {
    const mode = isSlot(argument) ? argument.slot.path : undefined;
    return mode && context.path(path, mode) === undefined ? [{ mode, path: { value: path, at: argument.at } }] : [];
  });
  return { args: [], paths };
}

/** Where a path leads, also one that is not there yet: by the nearest directory above it that is. */
function realOf(path: string, host: Host): string {
  const real = host.real(path);
  if (real !== undefined || path === '/') return real ?? path;
  const above = path.slice(0, path.lastIndexOf('/')) || '/';
  return `${realOf(above, host).replace(/^\/$/, '')}${path.slice(path.lastIndexOf('/'))}`;
}

function notNormal(asked: string) {
  const hint = 'write it from `/` or `~/`, without `.`, `..`, doubled or trailing slashes';
  return refusal('usage', `\`${asked}\` is not an absolute path`, hint);
}
