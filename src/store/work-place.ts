import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readText } from '../host/read-text.ts';

/** A directory for one installation. */
export interface WorkPlace {
  readonly path: string;
  /** Makes a directory in it that npm may enter. */
  enter(name: string): void;
  /** Makes one that npm may write. */
  open(name: string): string;
  write(name: string, text: string): string;
  /** The same for what stays ours: what another account could change is run for nobody. */
  show(name: string, text: string): void;
  remove(): void;
}

/**
 * Makes one below a directory of ours. What installations left behind that were killed is removed first. `account` is
 * whom npm runs as, where it is another than ours: then it may enter, and write what is opened for it.
 */
export function makeWorkPlace(
  parent: string,
  account: { readonly uid: number; readonly gid: number } | undefined,
): WorkPlace {
  mkdirSync(parent, { recursive: true, mode: account ? 0o711 : 0o700 });
  removeStale(parent);
  const path = mkdtempSync(`${parent}/${PREFIX}${process.pid}-${startOf(process.pid)}-`);
  if (account) chmodSync(path, 0o711);
  const show = (name: string, text: string): void =>
    writeFileSync(`${path}/${name}`, text, { flag: 'wx', mode: account ? 0o644 : 0o600 });
  return {
    path,
    enter: (name) => {
      mkdirSync(`${path}/${name}`, { mode: account ? 0o711 : 0o700 });
    },
    open: (name) => {
      mkdirSync(`${path}/${name}`, { recursive: true, mode: account ? 0o711 : 0o700 });
      if (account) chownSync(`${path}/${name}`, account.uid, account.gid);
      return `${path}/${name}`;
    },
    write: (name, text) => {
      show(name, text);
      if (account) chownSync(`${path}/${name}`, account.uid, account.gid);
      return `${path}/${name}`;
    },
    show,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

const PREFIX = 'mcp-secure-run-';

/** Whose process is gone. The name tells the process, and when it began, for numbers come again. */
export function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid, start] = new RegExp(`^\\.?${PREFIX}(\\d+)-(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || start === undefined || startOf(Number(pid)) === start) continue;
    const path = `${parent}/${name}`;
    if (lstatSync(path, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

/** The name of a directory that is being filled, as {@link removeStale} knows it. */
export function draftName(): string {
  return `.${PREFIX}${process.pid}-${startOf(process.pid)}-${process.hrtime.bigint()}`;
}

/** When a process began, in ticks since the system did, proc_pid_stat(5); `0` where nobody says, empty where it is gone. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat !== '') return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  try {
    process.kill(pid, 0);
    return '0';
  } catch {
    return '';
  }
}
