import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import type { Policy } from '../policy/policy.ts';
import type { Host } from './host.ts';
import type { Plan } from './plan.ts';

/** The host account that a server runs under: yours; started as root, `runAs` or `nobody`, or it is not started. */
export function decideAccount(policy: Policy, host: Host): Decision<Plan['account']> {
  const { account } = host;
  if (account.uid !== 0) {
    return allow({ ...account, changes: false, because: { reason: 'the account that started mcp-secure-run' } });
  }
  const runAs = policy.layers.find((layer) => layer.runAs)?.runAs;
  const name = runAs?.value ?? 'nobody';
  const found = host.accountNamed(name);
  const at = runAs?.at;
  if (!found)
    return deny(
      refusal(
        'run-as',
        `there is no account \`${name}\` to run the server under`,
        'write `runAs:` with an account of /etc/passwd',
        at,
      ),
    );
  if (found.uid === 0 || found.gid === 0)
    return deny(refusal('run-as', `\`${name}\` has root’s rights`, 'write `runAs:` with an unprivileged account', at));
  return allow({
    ...found,
    changes: true,
    because: at ? { reason: '`runAs`', at } : { reason: 'started as root: a server never runs as root' },
  });
}
