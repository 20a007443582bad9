import { randomBytes } from 'node:crypto';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Contained, Own } from '../confine/container.ts';
import type { Spawn } from '../confine/spawn.ts';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isGone, launcherMark } from '../host/launcher-mark.ts';
import { codeOf } from '../host/system-error.ts';
import type { Running } from './launch.ts';

/** Writes down that a container may come to be, before it does. */
export function openRecord({ records, tool, files }: Contained): Decision<Own> {
  const name = `mcp-secure-run-${randomBytes(8).toString('hex')}`;
  const record = `${records}/${tool}/${name}`;
  const launcher = launcherMark();
  try {
    mkdirSync(record, { recursive: true, mode: 0o700 });
    for (const [file, text] of Object.entries({ ...files, [LAUNCHER]: launcher })) {
      mkdirSync(dirname(`${record}/${file}`), { recursive: true, mode: 0o700 });
      writeFileSync(`${record}/${file}`, text, { flag: 'wx', mode: 0o600 });
    }
    return allow({ name, record, launcher });
  } catch (error) {
    return deny(unusable(record, error));
  }
}

const LAUNCHER = 'launcher';

export function closeRecord({ record }: Pick<Own, 'record'>): void {
  try {
    rmSync(record, { recursive: true, force: true });
  } catch {
    // It is left behind, and the container is gone: the next launch finds nothing to remove.
  }
}

/** Removes the containers of launchers that are gone and could not see to it: killed, with their keepers. */
export async function reapRecords(
  { records, tool, removeIn }: Contained,
  start: (spawned: Spawn) => Promise<Decision<Running>>,
): Promise<void> {
  const names = namesIn(`${records}/${tool}`).filter((name) => NAME.test(name));
  for (const name of names) {
    const own = { name, record: `${records}/${tool}/${name}` };
    if (!isLeft(own.record)) continue;
    const removing = await start(removeIn(own));
    if (!removing.allowed) return;
    const { stdin, stdout, stderr, ended } = removing.granted;
    stdin.end();
    stdout.resume();
    stderr.resume();
    if ((await ended).code === 0) closeRecord(own); // also where it was gone already
  }
}

/** Nothing else becomes an argument. */
const NAME = /^mcp-secure-run-[0-9a-f]{16}$/;

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isLeft(record: string): boolean {
  try {
    return isGone(readFileSync(`${record}/${LAUNCHER}`, 'latin1'));
  } catch {
    return false; // being made, or being removed
  }
}

/** Makes the directories that persist, for the account that the server runs under. An engine would make them as root. */
export function keepDirectories({ kept, account }: Contained): Finding | undefined {
  for (const path of kept) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: account.changes ? 0o711 : 0o700 });
      const isNew = mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined;
      if (isNew && account.changes) chownSync(path, account.uid, account.gid);
      if (!lstatSync(path).isDirectory() || realpathSync.native(path) !== path) throw new Error('it leads elsewhere');
    } catch (error) {
      return unusable(path, error);
    }
  }
  return undefined;
}

function unusable(path: string, error: unknown): Finding {
  return refusal(
    'state-unusable',
    `${path} cannot be made or used (${codeOf(error)})`,
    `look at it and at the disk: \`ls -ld ${path}; df ${dirname(path)}\``,
  );
}
