import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { unsafeAt, type Policy, type ServerPolicy } from '../policy/policy.ts';
import { UNSAFE } from '../policy/unsafe.ts';
import { arrangeMounts } from './arrange-mounts.ts';
import { baseEnv } from './base-env.ts';
import { decideAccount } from './decide-account.ts';
import { decideCwd } from './decide-cwd.ts';
import { decideEnv } from './decide-env.ts';
import { decideFiles } from './decide-files.ts';
import { findPostponed } from './decide-postponed.ts';
import { decideProgram } from './decide-program.ts';
import { decideServer } from './decide-server.ts';
import type { Host } from './host.ts';
import { NOT_ENFORCED } from './not-enforced.ts';
import type { Explained, Plan } from './plan.ts';
import type { Request } from './request.ts';
import { findRewritable } from './rewritable.ts';
import { findUnreachable } from './unreachable.ts';

/**
 * What would happen for this request, or everything that stands against it. The one way to a {@link Plan}: `run` and
 * `explain` both come through here.
 */
export function resolve(request: Request, policy: Policy, host: Host): Decision<Plan> {
  const server = decideServer(request, policy, host);
  if (!server.allowed) return server;
  const entry = server.granted;
  const postponed = findPostponed(policy, entry);
  if (postponed.length > 0) return deny(...postponed);

  const confinement = decideConfinement(entry, host);
  const isConfined = unsafeAt(entry, 'no-sandbox') === undefined;
  const network = decideNetwork(entry, isConfined);
  const account = decideAccount(policy, host);
  const program = decideProgram(entry, policy, host);
  const files = decideFiles(entry, policy, host);
  const cwd = decideCwd(entry, files.allowed ? files.granted : [], isConfined, host);
  // What rests on a decision that is a no has nothing to say yet: its own findings come once that one is a yes.
  const base =
    account.allowed && program.allowed ? baseEnv(program.granted.program, account.granted, isConfined, host) : [];
  const env = decideEnv(entry, base, host);
  const mounts =
    isConfined && program.allowed && files.allowed && cwd.allowed
      ? arrangeMounts(
          { network: network.mode, program: program.granted, grants: files.granted, cwd: cwd.granted },
          host,
        )
      : allow([]);

  const own = program.allowed && files.allowed ? findRewritable(entry, program.granted.program, policy, host) : [];
  const far = account.allowed && mounts.allowed ? findUnreachable(mounts.granted, account.granted, host) : [];
  const parts = [confinement, account, program, files, cwd, env, mounts];
  const findings = [...parts.flatMap(findingsOf), ...own, ...far];
  if (!confinement.allowed || !account.allowed || !program.allowed || !files.allowed) return deny(...findings);
  if (!cwd.allowed || !env.allowed || !mounts.allowed || findings.length > 0) return deny(...findings);

  return allow(
    deepFreeze<Plan>({
      server: entry.id,
      policy: policy.file,
      program: program.granted.program,
      argv: program.granted.argv,
      env: env.granted,
      cwd: cwd.granted,
      mounts: mounts.granted,
      network,
      confinement: confinement.granted,
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

function decideConfinement(server: ServerPolicy, host: Host): Decision<Plan['confinement']> {
  const off = unsafeAt(server, 'no-sandbox');
  if (off) {
    return allow({ by: 'nothing', nestedNamespaces: true, because: { reason: '`unsafe: [no-sandbox]`', at: off } });
  }
  if (host.platform !== 'linux') {
    return deny(
      refusal(
        'sandbox-unavailable',
        `this version confines servers on Linux, and this is ${host.platform}`,
        `run it on Linux, or give up confinement: \`unsafe: [no-sandbox]\` in \`${server.id}\``,
        server.at,
      ),
    );
  }
  const nested = unsafeAt(server, 'own-sandbox');
  const because = nested ? { reason: '`unsafe: [own-sandbox]`', at: nested } : { reason: 'every server is confined' };
  return allow({ by: 'bubblewrap', nestedNamespaces: nested !== undefined, because });
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze<unknown>(inner);
  }
  return value;
}
