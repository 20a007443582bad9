import { allow, deny, type Decision } from './finding/decision.ts';
import { refusal } from './finding/finding.ts';
import { suggest } from './finding/suggest.ts';
import type { Request } from './plan/request.ts';

export interface RunArguments {
  readonly request: Request;
  readonly policy: string | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/**
 * `run [options] <server> [-- args…]`, `run [options] -- <command> …`, or the latter without `run`. Read by hand: a
 * parser would cost more than the rest of the start. A test holds it equal to what `cli.ts` declares.
 */
export function readRunArguments(argv: readonly string[]): Decision<RunArguments> {
  const rest = argv[0] === 'run' ? argv.slice(1) : argv;
  const dashes = rest.indexOf('--');
  const before = dashes === -1 ? rest : rest.slice(0, dashes);
  const after = dashes === -1 ? [] : rest.slice(dashes + 1);

  const servers: string[] = [];
  const options: { policy?: string; quiet: boolean; verbose: boolean } = { quiet: false, verbose: false };
  for (let index = 0; index < before.length; index += 1) {
    const word = before[index] ?? '';
    const [name, attached] = splitOption(word);
    if (name === '--policy' || name === '--color') {
      const value = attached ?? before[(index += 1)];
      if (value === undefined || value === '')
        return usage(`\`${name}\` needs a value`, `write \`${name} ${name === '--policy' ? 'FILE' : 'auto'}\``);
      if (name === '--policy') options.policy = value;
    } else if (attached === undefined && name === '--quiet') options.quiet = true;
    else if (attached === undefined && name === '--verbose') options.verbose = true;
    else if (attached === undefined && name === '--no-input') continue; // `run` never asks
    else if (word.startsWith('-')) return unknownOption(word);
    else servers.push(word);
  }

  const request = readRequest(servers, after);
  return request.allowed
    ? allow({ request: request.granted, policy: options.policy, quiet: options.quiet, verbose: options.verbose })
    : request;
}

function splitOption(word: string): [name: string, attached: string | undefined] {
  const equals = word.startsWith('--') ? word.indexOf('=') : -1;
  return equals === -1 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

function readRequest([server, ...more]: readonly string[], after: readonly string[]): Decision<Request> {
  if (server === undefined) {
    const [command, ...args] = after;
    if (command === undefined || command === '')
      return usage(
        '`run` needs a server or a command',
        '`mcp-secure-run run SERVER`, or `mcp-secure-run run -- COMMAND ARGUMENTS…`',
      );
    return allow({ kind: 'command', command, args });
  }
  if (more.length > 0)
    return usage(
      `\`run\` starts one server, and got ${[server, ...more].map((id) => `\`${id}\``).join(', ')}`,
      `arguments for the server come after \`--\`: \`mcp-secure-run run ${server} -- ${more.join(' ')}\``,
    );
  return allow({ kind: 'server', id: server, args: after });
}

function unknownOption(word: string): Decision<never> {
  return usage(`\`run\` has no option \`${word}\``, nearOption(word));
}

function nearOption(word: string): string {
  const near = suggest(word, OPTIONS);
  return near ? `did you mean \`${near}\`?` : 'options of the server come after `--`';
}

const OPTIONS = ['--policy', '--color', '--quiet', '--verbose', '--no-input'];

function usage(message: string, hint: string): Decision<never> {
  return deny(refusal('usage', message, hint));
}
