import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Whether root runs the tests: then a server runs as `nobody`, who can use what others may use, and nothing else. */
export const isRoot = process.getuid?.() === 0;

/** The account that a server runs under, as spawn(2) takes it; empty where it is the one of the tests. */
export const serverAccount: { readonly uid?: number; readonly gid?: number } = isRoot ? idsOf('nobody') : {};

/** The home that the passwd entry of the account of the tests names, whatever `HOME` says. */
export const ownHome = userInfo().homedir;

/** passwd(5): name, password, uid, gid, … */
export function idsOf(name: string): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no account ${name}`);
  return { uid: Number(uid), gid: Number(gid) };
}
