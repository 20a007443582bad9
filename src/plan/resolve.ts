import { allow, deny, type Decision } from '../finding/decision.ts';
import type { Finding } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import { unsafeAt, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { UNSAFE } from '../policy/unsafe.ts';
import { baseEnv } from './base-env.ts';
import { decideAccount } from './decide-account.ts';
import { decideCwd } from './decide-cwd.ts';
import { decideEnv } from './decide-env.ts';
import { decideFiles, findOwnProgram, heldBind } from './decide-files.ts';
import { findPostponed } from './decide-postponed.ts';
import { decideProgram, type GrantedProgram } from './decide-program.ts';
import { decideServer } from './decide-server.ts';
import type { Host } from './host.ts';
import { NOT_ENFORCED } from './not-enforced.ts';
import type { Explained, Mount, Plan } from './plan.ts';
import type { Request } from './request.ts';
import { PRIVATE_CWD } from './sandbox-paths.ts';
import { systemView } from './system-view.ts';

/**
 * What would happen for this request, or everything that stands against it. The one way to a {@link Plan}: `run` and
 * `explain` both come through here.
 */
export function resolve(request: Request, policy: Policy, host: Host): Decision<Plan> {
  const server = decideServer(request, policy, host);
  if (!server.allowed) return server;
  const entry = server.granted;

  const isConfined = unsafeAt(entry, 'no-sandbox') === undefined;
  const network = decideNetwork(entry, isConfined);
  const account = decideAccount(policy, host);
  const program = decideProgram(entry, policy, host);
  const files = decideFiles(entry, policy, host);
  const cwd = decideCwd(entry, files.allowed ? files.granted : [], isConfined, host);
  // Without a program there is no base environment: its findings then say the rest.
  const env = decideEnv(entry, program.allowed ? baseEnv(program.granted.program, isConfined, host) : [], host);

  const postponed = findPostponed(policy, entry);
  const own = program.allowed && files.allowed ? findOwnProgram(program.granted.files, files.granted, entry) : [];
  const findings = [...postponed, ...[account, program, files, cwd, env].flatMap(findingsOf), ...own];
  if (findings.length > 0 || !account.allowed || !program.allowed || !files.allowed || !cwd.allowed || !env.allowed)
    return deny(...findings);

  return allow(
    deepFreeze<Plan>({
      server: entry.id,
      policy: policy.file,
      program: program.granted.program,
      argv: program.granted.argv,
      env: env.granted,
      cwd: cwd.granted,
      mounts: isConfined ? arrange(network.mode, program.granted, files.granted, cwd.granted, host) : [],
      network,
      confinement: decideConfinement(entry),
      account: account.granted,
      weakened: entry.unsafe.map(({ value, at }) => ({
        ident: value,
        effect: UNSAFE[value].subject === 'built' ? 'in effect' : 'changes nothing yet',
        givesUp: UNSAFE[value].givesUp,
        at,
      })),
      notEnforced: NOT_ENFORCED,
    }),
  );
}

function findingsOf(decision: Decision<unknown>): readonly Finding[] {
  return decision.allowed ? [] : decision.findings;
}

function decideNetwork(server: ServerPolicy, isConfined: boolean): Explained<{ mode: 'none' | 'host' }> {
  const at = unsafeAt(server, 'host-network') ?? unsafeAt(server, 'no-sandbox');
  if (!isConfined && at) return { mode: 'host', because: { reason: '`unsafe`', at } };
  return at
    ? { mode: 'host', because: { reason: '`unsafe: [host-network]`', at } }
    : { mode: 'none', because: { reason: 'a network of its own, with nothing in it' } };
}

function decideConfinement(server: ServerPolicy): Plan['confinement'] {
  const off = unsafeAt(server, 'no-sandbox');
  if (off) return { by: 'nothing', nestedNamespaces: true, because: { reason: '`unsafe: [no-sandbox]`', at: off } };
  const nested = unsafeAt(server, 'own-sandbox');
  return nested
    ? { by: 'bubblewrap', nestedNamespaces: true, because: { reason: '`unsafe: [own-sandbox]`', at: nested } }
    : { by: 'bubblewrap', nestedNamespaces: false, because: { reason: 'every server is confined' } };
}

/** All mounts, from shallow to deep: a mount never hides one that was made before it. */
function arrange(
  network: 'none' | 'host',
  program: GrantedProgram,
  grants: readonly Mount[],
  cwd: Plan['cwd'],
  host: Host,
): readonly Mount[] {
  const system = systemView(network, host);
  const isVisible = (path: string): boolean =>
    [...system, ...grants].some((mount) => mount.kind === 'bind' && isWithin(path, mount.path));
  const needed = program.files
    .filter(({ path }) => !isVisible(path))
    .map(({ path, reason }) => heldBind(path, 'read', { reason }, host));
  const work: Mount[] =
    cwd.path === PRIVATE_CWD ? [{ kind: 'directory', path: PRIVATE_CWD, because: cwd.because }] : [];
  const isSystems = (mount: Mount): boolean =>
    mount.kind === 'bind' &&
    mount.mode === 'read' &&
    system.some((one) => one.kind === 'bind' && isWithin(mount.path, one.path));
  return [...system, ...needed, ...grants.filter((mount) => !isSystems(mount)), ...work].toSorted(
    (one, other) => depth(one) - depth(other),
  );
}

const depth = ({ path }: Mount): number => path.split('/').length;

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze<unknown>(inner);
  }
  return value;
}
