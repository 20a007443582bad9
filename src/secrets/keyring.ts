import { failed, type Read, type Surroundings } from './asked.ts';
import { PATIENCE, readEnded, said } from './ask-tool.ts';
import { runTool, type Ran } from './run-tool.ts';
import { sessionBus } from './session-bus.ts';
import { notText, valueOf } from './text-of.ts';
import { baseEnvironment } from './tool-environment.ts';

/** A place in the keyring. Without an account: of the account that runs us. */
export interface Place {
  readonly service: string;
  readonly account?: string;
}

/**
 * From the keyring of the account: the Secret Service on Linux (GNOME, KWallet, KeePassXC), the keychain on macOS.
 *
 * Its library works in a process of its own, dist/keyring.cjs: a locked keyring asks its user and blocks until there
 * is an answer, which no thread of ours could be freed from, and 3 MB of it would stay as long as the server runs.
 */
export async function fromKeyring(place: Place, around: Surroundings): Promise<Read> {
  return ask({ verb: 'get', place }, around);
}

/** Puts there what may become a variable, in the place of another if there is one. The answer holds no value. */
export async function setInKeyring(place: Place, text: string, around: Surroundings): Promise<Read> {
  const value = valueOf(text);
  return value.ok ? ask({ verb: 'set', place, value: value.value }, around) : value;
}

/** Takes it out; `absent` where there was none. */
export async function removeFromKeyring(place: Place, around: Surroundings): Promise<Read> {
  return ask({ verb: 'remove', place }, around);
}

async function ask(
  { verb, place, value }: { verb: 'get' | 'set' | 'remove'; place: Place; value?: string },
  { host, built, patience = PATIENCE, signal }: Surroundings,
): Promise<Read> {
  const bus = sessionBus(host);
  if (bus === undefined && host.platform === 'linux') return noKeyring('this session has none');
  const ran = await runTool({
    file: host.node,
    called: 'node',
    args: [`${built}/keyring.cjs`],
    env: { ...baseEnvironment(host, []), ...(bus !== undefined && { DBUS_SESSION_BUS_ADDRESS: bus }) },
    // Not by its arguments, which everyone on the machine can read.
    input: JSON.stringify({ verb, service: place.service, account: place.account ?? host.account.name, value }),
    patience,
    signal,
  });
  return tell(ran, place, host.account.name);
}

function tell(ran: Ran, { service, account }: Place, own: string): Read {
  const where = `service \`${service}\`, account \`${account ?? own}\``;
  if (ran.how !== 'ended' || ran.code === 0) return readEnded(ran, 'the keyring');
  if (ran.code === ABSENT)
    return failed('absent', `the keyring has nothing for ${where}`, 'store it, or correct the names');
  if (/prompt was dismissed|locked/i.test(ran.errors))
    return said(ran, 'locked', 'the keyring is locked', 'log in to the desktop, or unlock it there');
  if (/matched by \d+ credentials/.test(ran.errors))
    return failed('refused', `the keyring has more than one entry for ${where}`, 'remove all but one of them');
  if (/not valid UTF-8/i.test(ran.errors)) return notText();
  return noKeyring(ran.errors);
}

/** How dist/keyring.cjs ends where there is nothing. */
const ABSENT = 3;

function noKeyring(words: string): Read {
  const { fault } = failed(
    'missing',
    'there is no keyring to be reached',
    'start a Secret Service (gnome-keyring, KWallet, KeePassXC), or keep the secret elsewhere: `pass:NAME`, `file:PATH`',
  );
  return { ok: false, fault: { ...fault, words } };
}
