import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { Placed } from '../policy/policy.ts';
import type { Entries } from './decide-server.ts';
import type { EnvRule, Mount, Plan } from './plan.ts';

export interface Exposed {
  readonly env: readonly EnvRule[];
  readonly network: Plan['network'];
  readonly mounts: readonly Mount[];
  readonly hide: readonly Placed<string>[];
  /** Of the entry that gives up what an engine exposes. */
  readonly givenUp: Place | undefined;
}

/**
 * What a policy asks for and the engine of a container cannot give: it keeps each container's environment in its
 * records, for whoever may ask it, and knows no list of hosts. `docker-socket` gives these two up, and nothing else.
 */
export function findExposed(entries: Entries, { env, network, mounts, hide, givenUp }: Exposed): Finding[] {
  const { id } = entries[0].server;
  return [
    ...env.flatMap((rule) => judgeVariable(rule, id, givenUp)),
    ...(network.mode === 'hosts' && !givenUp ? [hosts(entries)] : []),
    ...mounts.flatMap(judgePath),
    ...(hide[0] ? [hidden(hide[0])] : []),
  ];
}

/**
 * Whether the program that starts a container may take this variable for its own: it gets those of the server in its own
 * environment, from which it hands them on by name, for its command line is there for all to read.
 */
export function isReadByTools(name: string): boolean {
  return TOOLS_READ.test(name);
}

/** By podman(1), docker(1), containers.conf(5), environ(7), ld.so(8) and what Go itself reads. */
const TOOLS_READ =
  /^(?:_|LD_|GLIBC_|MALLOC_|GO|CGO|CONTAINER|CONMON|CNI|NETAVARK|OCI|PODMAN|STORAGE|DOCKER|BUILD(?:AH|KIT|X)|COMPOSE|REGISTRY|SSL_|SSH_|XDG_|DBUS_|SYSTEMD_|NOTIFY_|LISTEN_|OTEL_|TMP|TEMP|HOME$|PATH$|USER$|LOGNAME$|SHELL$|TERM$|(?:HTTPS?|ALL|NO|FTP)_PROXY$)/i;

function judgeVariable(rule: EnvRule, id: string, givenUp: Place | undefined): Finding[] {
  const { name, from, because } = rule;
  if (from === 'us' || from === 'policy') return [];
  if (isReadByTools(name)) return [readByTools(name, because.at)];
  if (rule.from !== 'secret') return [];
  if (rule.as === 'file') return [asFile(name, because.at)];
  if (givenUp) return [];
  return [
    cannot(
      `\`${name}\` would stand in the records of the container’s engine, for whoever may ask it`,
      `write \`unsafe: [docker-socket]\` in \`${id}\` to accept that, or run the server without a container`,
      because.at,
    ),
  ];
}

function readByTools(name: string, at: Place | undefined): Finding {
  return refusal(
    'env-reserved',
    `\`${name}\` would be taken by the program that starts the container, before the server sees it`,
    'leave it out, or give it a fixed value by `env`',
    at,
  );
}

function asFile(name: string, at: Place | undefined): Finding {
  return refusal(
    'secret-file',
    `to a container, \`${name}\` could be given as a file on the disk only`,
    'write `as: env`, or run the server without a container',
    at,
  );
}

function hosts(entries: Entries): Finding {
  const [{ server }] = entries;
  const rules = entries.map((entry) => entry.server.network);
  const rule = rules.find(({ mode }) => mode !== 'none');
  const at = rule?.mode === 'list' ? rule.hosts[0]?.at : rule?.at;
  return cannot(
    'a container has no network, or all that its engine gives it: no list of hosts holds there',
    `write \`unsafe: [docker-socket]\` in \`${server.id}\` to give it all of that, or run the server without a container`,
    at ?? server.at,
  );
}

/** How both tools read `--mount`: as a line of values between commas. */
function judgePath(mount: Mount): Finding[] {
  if (mount.kind !== 'bind' && mount.kind !== 'link') return [];
  if (!/[",\n\r]/.test(mount.path)) return [];
  return [
    cannot(
      `${JSON.stringify(mount.path)} has a comma, a quote or a line’s end in it, which no engine is told without doubt`,
      'grant the directory above it, or give it another name',
      mount.because.at,
    ),
  ];
}

function hidden({ value, at }: Placed<string>): Finding {
  const hint = 'remove it, and grant the paths beside what is to stay hidden';
  return cannot(`\`${value}\` cannot be hidden from a container`, hint, at);
}

export function cannot(message: string, hint: string, at: Place | undefined): Finding {
  return refusal('container-cannot', message, hint, at);
}
