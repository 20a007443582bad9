import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import type { Policy, ServerPolicy } from '../policy/policy.ts';
import { locateCommand } from './locate-command.ts';
import type { Host } from './host.ts';
import type { Request } from './request.ts';

/** Which entry of the policy a request means: the one with that id, or the one that would run exactly that command line. */
export function decideServer(request: Request, policy: Policy, host: Host): Decision<ServerPolicy> {
  return request.kind === 'server' ? byId(request, policy) : byCommandLine(request, policy, host);
}

function byId(request: Extract<Request, { kind: 'server' }>, policy: Policy): Decision<ServerPolicy> {
  const server = policy.servers.find(({ id }) => id === request.id);
  if (!server) {
    const ids = policy.servers.map(({ id }) => id);
    const near = suggest(request.id, ids);
    const known =
      ids.length > 0
        ? `${policy.file} has ${ids.map((id) => `\`${id}\``).join(', ')}`
        : `${policy.file} has no servers`;
    return deny(
      refusal(
        'server-unknown',
        `the policy has no server \`${request.id}\``,
        near ? `did you mean \`${near}\`?` : known,
      ),
    );
  }
  if (request.args.length > 0) {
    return deny(
      refusal(
        'arguments-not-allowed',
        `\`${server.id}\` takes no further arguments, and got ${request.args.map((argument) => `\`${argument}\``).join(' ')}`,
        'write them in `args` of this entry: the policy alone says what a server is started with',
        server.at,
      ),
    );
  }
  return allow(server);
}

function byCommandLine(
  request: Extract<Request, { kind: 'command' }>,
  policy: Policy,
  host: Host,
): Decision<ServerPolicy> {
  const asked = locateCommand(request.command, policy, host);
  const matching = policy.servers.filter((server) => {
    if (
      !isSameList(
        request.args,
        server.args.map(({ value }) => value),
      )
    )
      return false;
    const entry = locateCommand(server.command.value, policy, host);
    // A program that is not there still matches its entry as written: then the refusal can say that it is missing.
    return asked && entry ? asked.real === entry.real : request.command === server.command.value;
  });
  const [only, ...others] = matching;
  if (!only) {
    return deny(
      refusal(
        'command-not-allowed',
        `no entry of ${policy.file} runs \`${[request.command, ...request.args].join(' ')}\``,
        'add an entry with this `command` and exactly these `args`; the program is compared by its real path',
      ),
    );
  }
  if (others.length > 0) {
    const ids = matching.map(({ id }) => `\`${id}\``).join(', ');
    return deny(
      refusal(
        'command-ambiguous',
        `this command line matches ${ids}`,
        `say which: \`mcp-secure-run run ${only.id}\``,
        only.at,
      ),
    );
  }
  return allow(only);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
