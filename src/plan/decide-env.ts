import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { unsafeAt, type ServerPolicy } from '../policy/policy.ts';
import { expandHome } from './expand-home.ts';
import { whyNot } from '../match/why-not.ts';
import type { Host } from './host.ts';
import { matchingFor, type Engines } from './matching.ts';
import { isLoaderVariable } from './loader-variable.ts';
import type { EnvRule } from './plan.ts';

/**
 * Decides which variables an entry gives its server, beside those that every server has.
 *
 * Nothing is inherited: a variable passes because we or the policy name it, whatever the client's environment holds.
 * Of what the client holds, the plan keeps names alone. Loader variables and those that we set ourselves are refused
 * rather than ignored: who writes one believes something that is not so.
 */
export function decideEnv(server: ServerPolicy, host: Host, engines: Engines): Decision<readonly EnvRule[]> {
  const context = matchingFor(server, host, engines);
  const findings: Finding[] = [];
  const written = new Map<string, Place>();
  const granted: EnvRule[] = [];

  const isAdmitted = (name: string, at: Place): boolean => {
    const faults = [
      ...(isLoaderVariable(name) && !unsafeAt(server, 'loader-variables') ? [loader(name, at)] : []),
      ...(RESERVED.has(name) ? [reserved(name, at)] : []),
      ...(written.has(name) ? [twice(name, at)] : []),
    ];
    written.set(name, at);
    findings.push(...faults);
    return faults.length === 0;
  };

  for (const { name, value, at } of server.env) {
    if (!isAdmitted(name, at)) continue;
    findings.push(...judgeValue(name, value, at));
    granted.push({ name, from: 'policy', value, because: { reason: '`env`', at } });
  }
  for (const { name, optional, value: matcher, at } of server.pass) {
    if (!isAdmitted(name, at)) continue;
    const value = host.variable(name);
    if (value === undefined) {
      if (!optional) findings.push(missing(name, server.id, at));
      continue;
    }
    findings.push(...judgeValue(name, value, at));
    if (matcher && whyNot(matcher, value, context) !== undefined) findings.push(refused(name, at));
    granted.push({ name, from: 'client', because: { reason: '`pass`', at } });
  }
  for (const { name, from, as, optional, at } of server.secrets) {
    if (!isAdmitted(name, at)) continue;
    if (as === 'file' && (unsafeAt(server, 'no-sandbox') || host.platform !== 'linux')) findings.push(noFile(name, at));
    const reference = { ...from, ...('path' in from && { path: expandHome(from.path, host) }) };
    granted.push({ name, from: 'secret', reference, as, optional, because: { reason: '`secrets`', at } });
  }
  return allowUnless(findings, granted);
}

/** Ours alone: what they say is part of the confinement. */
const RESERVED = new Set(['PATH', 'HOME', 'TMPDIR', 'USER', 'LOGNAME', 'PWD']);

function judgeValue(name: string, value: string, at: Place): Finding[] {
  // A value that starts so was once run as a function by every bash that saw it: CVE-2014-6271.
  if (value.startsWith('() {')) return [refusal('env-value', `\`${name}\` holds a shell function`, 'leave it out', at)];
  if (Buffer.byteLength(value) > MAX_VALUE) {
    return [
      refusal('env-value', `\`${name}\` is longer than ${MAX_VALUE} bytes`, 'give the server a file instead', at),
    ];
  }
  return [];
}

/** The kernel takes 32 pages for `NAME=value`: MAX_ARG_STRLEN, execve(2). */
const MAX_VALUE = 32 * 4096 - 1024;

function missing(name: string, id: string, at: Place): Finding {
  return refusal(
    'env-missing',
    `\`${name}\` is not set, and \`${id}\` needs it`,
    `set it where the client starts, or write \`${name}?\` if the server can do without`,
    at,
  );
}

/** Its value is the client's, and may be a secret: it is not shown. */
function refused(name: string, at: Place): Finding {
  const hint = 'set it where the client starts to a value that this line admits, or change the line';
  return refusal('env-refused', `the value of \`${name}\` is not what the policy asks for`, hint, at);
}

function loader(name: string, at: Place): Finding {
  return refusal(
    'env-loader',
    `\`${name}\` can make a program load other code, or trust another server`,
    'leave it out, or write `unsafe: [loader-variables]` if this server must have it',
    at,
  );
}

function reserved(name: string, at: Place): Finding {
  return refusal(
    'env-reserved',
    `\`${name}\` is set by mcp-secure-run`,
    'leave it out; `mcp-secure-run explain` shows its value',
    at,
  );
}

function twice(name: string, at: Place): Finding {
  return refusal(
    'env-twice',
    `\`${name}\` is written twice for this server`,
    'keep one: `env` for a fixed value, `pass` for the client’s, `secrets` for what is kept elsewhere',
    at,
  );
}

/** Outside bubblewrap, only a file on the disk has a path. */
function noFile(name: string, at: Place): Finding {
  return refusal(
    'secret-file',
    `without bubblewrap, \`${name}\` could be given as a file on the disk only`,
    'write `as: env`, or let the server run in its sandbox on Linux',
    at,
  );
}
