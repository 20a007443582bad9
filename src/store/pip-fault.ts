import { refusal, type Finding } from '../finding/finding.ts';
import { printable } from '../finding/printable.ts';
import type { Python } from '../plan/locate-python.ts';
import { waitingText } from '../lock/waiting.ts';
import type { PipSettings } from './pip-settings.ts';
import type { ConfinedRun } from './run-confined.ts';

/** What pip failed with, in words: `what` is the package as the policy writes it, `log` pip's own of what it passed over. */
export function pipFault(
  run: ConfinedRun,
  log: string,
  what: string,
  python: Python,
  { index, waiting }: Pick<PipSettings, 'index' | 'waiting'>,
): Finding {
  const { err } = run;
  const name = `\`${what}\``;
  if (run.isTooLong) return fail(`${name} was not installed within 15 minutes`, 'see whether the index answers');
  if (/No module named '?pip\b/.test(err))
    return fail(
      `${python.real} has no pip`,
      'install it: `sudo apt-get install python3-pip`, or the like of this system',
    );
  if (/no such option: --(?:report|dry-run)/.test(err))
    return fail(
      `the pip of ${python.real} is too old: \`lock\` needs 22.2 or newer`,
      'install a newer one, or add the directory of a newer Python to `programPath`',
    );
  if (err.includes('DO NOT MATCH THE HASHES'))
    return refusal(
      'package-refused',
      `${name}, or a package that it depends on, is not the file that is locked, or that its index lists`,
      'do not run it; tell whoever keeps the index. A file of an index never changes',
    );
  if (/trying to install outside (?:the )?target directory/.test(err)) {
    const part = /For req: (\S+?)\.? The wheel/.exec(err)?.[1];
    const whose = part === undefined || what.endsWith(`:${part}`) ? '' : ` of \`${printable(part)}\``;
    return refusal(
      'package-refused',
      `${name} comes with a wheel${whose} that would write outside of its tree`,
      'do not install it anywhere; tell whoever keeps the index',
    );
  }
  const unmatched = /No matching distribution found for ([^\s(;]+)/.exec(err)?.[1];
  const isReached = !/Could not fetch URL(?![^\n]*\b404\b)/.test(err + log);
  if (unmatched !== undefined && isReached) return noWheel(printable(unmatched), what, log + err, python, index);
  const network = ofNetwork(run, log, name, { index, waiting });
  if (network) return network;
  if (/ResolutionImpossible|conflicting dependencies/.test(err))
    return refusal(
      'package-refused',
      `${name} asks for packages that do not go together: ${shortOf(err)}`,
      'take another version of it',
    );
  if (/invalid wheel|is invalid|multiple .dist-info|UnsupportedWheel|BadZipFile|has inconsistent/i.test(err))
    return refusal(
      'package-refused',
      `${name} comes with a wheel that is none: ${shortOf(err)}`,
      'take another version',
    );
  if (/No space left on device|Disk quota/.test(err))
    return fail(`there is no room on the disk for ${name}`, '`df` shows which disk is full');
  const how = run.signal ? `pip was ended by ${run.signal}` : `pip says: ${shortOf(err) || `exit code ${run.code}`}`;
  return fail(`${name} could not be installed, ${how}`, 'try it again; see whether the index answers');
}

/** pip says the same of a package that is not there and of one that it may not take; its log says what it passed over. */
function noWheel(missing: string, what: string, log: string, python: Python, index: string): Finding {
  const [, version = ''] = missing.split('==');
  const skipped = log
    .split('\n')
    .filter((line) => line.includes('Skipping link') || /Ignored the following/.test(line));
  const exact = version.replaceAll(/[.+!]/g, String.raw`\$&`);
  const file = new RegExp(version === '' ? '.' : String.raw`-${exact}(?:-|\.(?:tar|zip|tgz))`);
  const of = (pattern: RegExp): boolean => skipped.some((line) => pattern.test(line) && file.test(line));
  const part = what.endsWith(`:${missing}`) ? `\`${what}\`` : `\`${missing}\`, which \`${what}\` depends on,`;
  const requires = new RegExp(String.raw`\b${exact} Requires-Python ([<>=!~\d][\d.,<>=!~* ]*)`);
  const range = requires.exec(skipped.join('\n'))?.[1]?.trim();
  if (range !== undefined)
    return refusal(
      'package-refused',
      `${part} runs on Python ${range}, and ${python.real} is none of these`,
      'add the directory of such a Python to `programPath`, or take another version of the package',
    );
  if (of(/none of the wheel's tags|not (?:a )?supported wheel/))
    return refusal(
      'package-refused',
      `${part} has no wheel for this platform and Python (${python.tag}), only for others`,
      'add the directory of another Python to `programPath`, or take another version of the package',
    );
  if (of(/No sources permitted/))
    return refusal(
      'package-refused',
      `${part} has no wheel: it comes as source alone, whose own code would run to install it`,
      'take a version with a wheel; or build one, and keep it in an index of your own',
    );
  return fail(
    `${index} has no ${part.replace(/,$/, '')}`,
    'correct the name and the version; `pip index versions NAME` lists them',
  );
}

function ofNetwork(
  { err, refused }: ConfinedRun,
  log: string,
  name: string,
  { index, waiting }: Pick<PipSettings, 'index' | 'waiting'>,
): Finding | undefined {
  // What it tried again may have come then.
  const all = (err + log).replaceAll(/^.*\bRetrying \(Retry.*$/gm, '');
  if (/\b40[13] (?:Client )?Error/.test(all))
    return fail(
      `${index} gives ${name} only to who is signed in, and this version hands no password to pip`,
      'use an index that needs none, or a proxy index in your network that signs in by itself',
    );
  const denied = refused.find((line) => / is granted by no entry | leads to /.test(line));
  if (denied !== undefined)
    return fail(
      `${name} asks for a host that is not its index: ${printable(denied.replace(/;.*/s, ''))}`,
      'use an index whose files lie on its own host',
    );
  if (/SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed/.test(all))
    return fail(
      `the certificate of ${index} is signed by nobody whom pip trusts`,
      'write `cert` into pip.conf, `ca` into `egress` of the policy, or set `NODE_EXTRA_CA_CERTS`',
    );
  if (/timed out/i.test(all))
    return fail(
      `${index} does not answer: of ${name} it sent nothing for ${waitingText(waiting)}`,
      'try it again later; `timeout` in pip.conf says how long it may take',
    );
  if (
    /NewConnectionError|Max retries exceeded|ConnectTimeout|name resolution|50\d (?:Server )?Error|ProxyError/.test(all)
  )
    return fail(
      `${index} cannot be reached: ${shortOf(err)}`,
      'see whether it answers; in a company network, `egress` of the policy names the proxy',
    );
  return undefined;
}

function fail(message: string, hint: string): Finding {
  return refusal('lock-failed', message, hint);
}

/** The last error as one line, for a sentence. */
function shortOf(err: string): string {
  const line = err.split('\n').findLast((one) => one.startsWith('ERROR: ')) ?? err;
  const text = line
    .replace(/^ERROR: /, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return printable(text.length > 300 ? `${text.slice(0, 300)} …` : text).replace(/\.$/, '');
}
