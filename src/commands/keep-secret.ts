import { allow, deny, type Decision } from '../finding/decision.ts';
import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, refusal, warning, type Finding } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import { keepOutOfCores } from '../host/no-core.ts';
import { parseReference, referenceText } from '../policy/reference.ts';
import { findingText } from '../render/finding-text.ts';
import type { Read, Surroundings } from '../secrets/asked.ts';
import { endingWithUs } from '../secrets/ending-with-us.ts';
import { identOf } from '../secrets/finding-of-fault.ts';
import { removeFromKeyring, setInKeyring, type Place } from '../secrets/keyring.ts';
import { ownCommand } from '../secrets/own-command.ts';
import { textOf } from '../secrets/text-of.ts';
import { ownDirectories } from '../state/directories.ts';
import type { Io } from './io.ts';
import { readPiped, readTyped, type Keyboard } from './read-value.ts';

export interface KeepOptions {
  /** The directory of what the build made. */
  readonly built: string;
  /** The terminal where a person can be asked, or why there is none: stdin is a pipe, or nobody is to be asked. */
  readonly from: Keyboard | 'pipe' | 'nobody';
}

/** `secrets set`: puts a value into the keyring. It comes from a terminal that does not show it, or by stdin. */
export async function setSecret(written: string, { built, from }: KeepOptions, io: Io): Promise<ExitCode> {
  const place = keyringPlace('set', written);
  const around = surroundings(built);
  if (!place.allowed) return fail(io, place.findings);
  if (!around.allowed) return fail(io, around.findings);
  if (from === 'nobody') return fail(io, [needsTerminal()]);

  keepOutOfCores();
  const value = await readValue(from, written, io);
  if (!value.allowed) return fail(io, value.findings);
  const stored = await endingWithUs(async (signal) =>
    setInKeyring(place.granted, value.granted, { ...around.granted, signal }),
  );
  if (!stored.ok) return fail(io, [notDone(written, 'stored', stored)]);
  // Of the line’s end that is no part of it, no more is to be known here than that.
  if (Buffer.byteLength(value.granted.replace(/\r?\n$/, '')) < LEAST_BYTES)
    io.err(findingText(short(written), new Map(), io.paintErr));
  io.err(`stored; a server gets it by \`secrets: { NAME: ${JSON.stringify(written)} }\`\n`);
  return EXIT.ok;
}

/** `secrets rm`: takes it out of the keyring. */
export async function removeSecret(written: string, { built }: Pick<KeepOptions, 'built'>, io: Io): Promise<ExitCode> {
  const place = keyringPlace('rm', written);
  const around = surroundings(built);
  if (!place.allowed) return fail(io, place.findings);
  if (!around.allowed) return fail(io, around.findings);
  const removed = await endingWithUs(async (signal) => removeFromKeyring(place.granted, { ...around.granted, signal }));
  if (!removed.ok) return fail(io, [notDone(written, 'removed', removed)]);
  io.err('removed\n');
  return EXIT.ok;
}

function keyringPlace(verb: 'set' | 'rm', written: string): Decision<Place> {
  const parsed = parseReference(written);
  // It may be the secret itself, typed in the wrong place: it is not repeated.
  if (!parsed.ok) return deny(refusal('usage', `what \`secrets ${verb}\` got ${parsed.reason}`, parsed.fix));
  const { reference } = parsed;
  if (reference.provider === 'keyring') return allow(reference);
  const message = `\`secrets ${verb}\` writes to the keyring alone, and ${referenceText(reference)} is kept elsewhere`;
  return deny(refusal('usage', message, ownCommand(verb, reference)));
}

function surroundings(built: string): Decision<Surroundings> {
  const account = ownAccount();
  const directories = account && ownDirectories(account, process.env);
  if (!account) {
    const message = 'the account that runs this has no passwd entry with a home';
    return deny(refusal('account-unknown', message, 'run it as an account of this machine'));
  }
  if (!directories?.allowed) return deny(...(directories?.findings ?? []));
  return allow({ host: createHost(account, directories.granted, process.env), built, programPath: [] });
}

async function readValue(from: Keyboard | 'pipe', written: string, io: Io): Promise<Decision<string>> {
  if (from !== 'pipe') {
    const typed = await readTyped(from, () => io.err(`value for ${written} (it is not shown): `));
    io.err('\n');
    return typed;
  }
  const text = textOf(await readPiped(process.stdin));
  return text.ok ? allow(text.value) : deny(notDone(written, 'stored', text));
}

function notDone(written: string, what: 'stored' | 'removed', { fault }: Extract<Read, { ok: false }>): Finding {
  const why = fault.words === undefined ? fault.message : `${fault.message}: ${fault.words}`;
  return refusal(identOf(fault.kind), `\`${written}\` was not ${what}: ${why}`, fault.hint);
}

function needsTerminal(): Finding {
  return refusal(
    'needs-terminal',
    'nothing was stored: nobody is to be asked, and stdin is a terminal',
    'leave out `--no-input`, or give the value by stdin',
  );
}

/** Fewer cannot be masked: `secrets/resolve-secrets.ts`. */
const LEAST_BYTES = 8;

function short(written: string): Finding {
  return warning(
    'secret-too-short',
    `\`${written}\` has fewer than ${LEAST_BYTES} bytes, and cannot be masked`,
    'store a longer one; a server gets this one only with `unsafe: [short-secret]`',
  );
}

function fail(io: Io, findings: readonly Finding[]): ExitCode {
  io.err(findings.map((finding) => findingText(finding, new Map(), io.paintErr)).join('\n'));
  return exitCodeOf(findings);
}
