import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import type { Host } from '../plan/host.ts';
import type { Policy } from '../policy/policy.ts';
import { loadPolicy, type Compiler } from './compiled-policy.ts';
import { managedPolicy, ownDirectories } from './directories.ts';
import { readPolicyFile } from './policy-file.ts';

/** Everything that a launch is decided on, beside what was asked. */
export interface Situation {
  readonly policy: Policy;
  readonly host: Host;
  /** `MCP_SECURE_RUN_HOME`, when it says where our directories are. */
  readonly movedHome: string | undefined;
}

/** The situation or why there is none, and the policy's text for whoever shows the findings. */
export interface Gathered {
  readonly situation: Decision<Situation>;
  readonly text: string | undefined;
}

/** Reads the policy and prepares the look-ups. `chosen` is the file after `--policy`. */
export async function gather(
  chosen: string | undefined,
  environment: NodeJS.ProcessEnv,
  version: string,
  compiler: Compiler,
): Promise<Gathered> {
  const account = ownAccount();
  if (!account)
    return failed(
      deny(
        refusal(
          'account-unknown',
          'the account that runs this has no passwd entry with a home',
          'run it as an account of this machine',
        ),
      ),
    );

  const directories = ownDirectories(account, environment);
  if (!directories.allowed) return failed(directories);

  const managed = managedPolicy();
  if (managed !== undefined)
    return failed(
      deny(
        refusal(
          'not-enforced-yet',
          `${managed} is a managed policy, which this version does not enforce and does not ignore`,
          'install a version that does, or have it removed by who runs this machine',
        ),
      ),
    );

  const source = readPolicyFile(chosen ?? `${directories.granted.config}/policy.yaml`, chosen !== undefined, account);
  if (!source.allowed) return failed(source);

  const { config, state, data, moved } = directories.granted;
  const policy = await loadPolicy(source.granted, { state, account, version, compiler });
  if (!policy.allowed) return { situation: policy, text: source.granted.text };

  const host = createHost(account, { config, state, data }, environment);
  const movedHome = moved ? environment.MCP_SECURE_RUN_HOME : undefined;
  return { situation: allow({ policy: policy.granted, host, movedHome }), text: source.granted.text };
}

function failed(situation: Decision<never>): Gathered {
  return { situation, text: undefined };
}
