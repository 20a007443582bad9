import { refusal, type Finding } from '../finding/finding.ts';
import { printable } from '../finding/printable.ts';
import { isRecord } from '../lock/package-lock.ts';
import { waitingText } from '../lock/waiting.ts';
import type { NpmSettings } from './npm-settings.ts';
import type { NpmRun } from './run-npm.ts';

/** What npm failed with, in words: `what` is the package as the policy writes it. */
export function npmFault(run: NpmRun, what: string, settings: NpmSettings): Finding {
  const { code, summary } = errorOf(run);
  const name = `\`${what}\``;
  const from = settings.registry;
  if (run.isTooLong) return fail(`${name} was not installed within 15 minutes`, 'see whether the registry answers');
  switch (code) {
    case 'E404':
    case 'ETARGET':
    case 'ENOVERSIONS':
      return fail(
        `${from} has no ${name}, or does not show it to who is not signed in`,
        'correct the name and the version; `npm view NAME versions` lists them',
      );
    case 'EINTEGRITY':
      return refusal(
        'package-refused',
        `${name}, or a package that it depends on, is not what its registry says it is: ${summary}`,
        'do not run it; tell whoever keeps the registry',
      );
    case 'E401':
    case 'E403':
      return fail(
        `${from} gives ${name} only to who is signed in, and this version hands no token to npm`,
        'use a registry that needs none, or a proxy registry in your network that signs in by itself',
      );
    case 'ENOSPC':
      return fail(`there is no room on the disk for ${name}`, '`df` shows which disk is full');
    case 'EROFS':
    case 'EACCES':
      return fail(`${name} cannot be written: ${summary}`, 'see who may write there, and whether it is read-only');
    default:
      break;
  }
  const refused = run.refused.find((line) => / is granted by no entry | leads to /.test(line));
  if (refused !== undefined)
    return fail(
      `${name} asks for a host that is no registry of npm’s configuration: ${printable(refused)}`,
      'write that registry into ~/.npmrc, if you trust it',
    );
  if (CERTIFICATE.test(`${code} ${summary}`))
    return fail(
      `the certificate of ${from} is signed by nobody whom Node.js trusts: ${summary}`,
      'write `cafile` into ~/.npmrc, `ca` into `egress` of the policy, or set `NODE_EXTRA_CA_CERTS`',
    );
  if (isSilent(run, code, summary, settings))
    return fail(
      `${from} does not answer: of ${name} it sent nothing for ${waitingText(settings.waiting)}`,
      'try it again later: `npm ping` shows whether it answers; `fetch-timeout` in ~/.npmrc says how long it may take',
    );
  if (NETWORK.has(code))
    return fail(
      `${from} cannot be reached: ${summary}`,
      'try `npm ping`; in a company network, `egress` of the policy names the proxy',
    );
  const how = run.signal ? `npm was ended by ${run.signal}` : `npm says: ${summary || `exit code ${run.code}`}`;
  return fail(`${name} could not be installed, ${how}`, 'try it again; `npm view` shows whether the registry answers');
}

function fail(message: string, hint: string): Finding {
  return refusal('lock-failed', message, hint);
}

/**
 * Of a registry that takes a connection and says nothing, npm tells the end that it made of it as one that the registry did.
 * Those come at once: as long as was to be waited, they take by no other way.
 */
function isSilent({ took }: NpmRun, code: string, summary: string, { waiting }: NpmSettings): boolean {
  if (/TIMEDOUT|TIMEOUT/.test(code) || /timeout/i.test(summary)) return true;
  return /socket hang up/.test(summary) && took >= waiting.seconds * (waiting.again + 1);
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER|certificate/;

const NETWORK = new Set([
  ...['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ERR_SOCKET_TIMEOUT', 'EIDLETIMEOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'E500', 'E502', 'E503', 'E504', 'E429'],
]);

/** npm prints its error as JSON with `--json`; a crash has words alone. */
function errorOf({ out, err }: NpmRun): { readonly code: string; readonly summary: string } {
  for (const text of [out, err]) {
    const at = text.indexOf('{');
    const parsed = at === -1 ? undefined : parse(text.slice(at, text.lastIndexOf('}') + 1));
    const error = isRecord(parsed) ? parsed['error'] : undefined;
    if (!isRecord(error)) continue;
    const { code, summary } = error;
    return {
      code: typeof code === 'string' ? code : '',
      summary: typeof summary === 'string' ? shortOf(summary) : '',
    };
  }
  return { code: /\b(?:E[A-Z]{3,}|E\d{3})\b/.exec(err)?.[0] ?? '', summary: shortOf(err) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // it is words, then
  }
}

/** One line, for a sentence. */
function shortOf(text: string): string {
  const line = text
    .replaceAll(/npm (?:error|ERR!)(?: code \S+)?/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return printable(line.length > 300 ? `${line.slice(0, 300)} …` : line).replace(/\.$/, '');
}
