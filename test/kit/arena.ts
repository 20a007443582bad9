import { chmodSync, chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAccount } from './account.ts';
import { REPOSITORY } from './command.ts';
import { makeHome, type Home } from './home.ts';

/** What every canary says. */
export const CANARY = 'the canary sings';

/** A place for attackers and what they are after: everything in it can be read by the account that servers run under. */
export interface Arena {
  readonly home: Home;
  readonly directory: string;
  /** A file that nobody should get at. */
  readonly canary: string;
  /** A path in it; nothing need be there. */
  readonly at: (name: string) => string;
  /** A file with this text. */
  readonly plant: (name: string, text?: string) => string;
  /** A directory; with `owned`, one that the servers' account owns, and so may write. */
  readonly make: (name: string, how?: 'owned') => string;
  /** An attacker of `fixtures/attacks`. */
  readonly attacker: (file: string) => string;
}

export function makeArena(): Arena {
  const home = makeHome('version: 1\nservers: {}\n');
  const { directory } = home;
  chmodSync(directory, 0o755);
  const at = (name: string): string => join(directory, name);
  const make = (name: string, how?: 'owned'): string => {
    mkdirSync(at(name), { recursive: true });
    chmodSync(at(name), 0o755);
    if (how === 'owned') giveToServers(at(name));
    return at(name);
  };
  const plant = (name: string, text = CANARY): string => {
    mkdirSync(join(at(name), '..'), { recursive: true });
    writeFileSync(at(name), text, { mode: 0o644 });
    return at(name);
  };
  const attacker = (file: string): string => {
    make('attackers');
    copyFileSync(`${REPOSITORY}/fixtures/attacks/${file}`, at(`attackers/${file}`));
    return at(`attackers/${file}`);
  };
  return { home, directory, canary: plant('canary'), at, plant, make, attacker };
}

/** Makes the servers' account the owner of a file or directory. */
export function giveToServers(path: string): string {
  const { uid, gid } = serverAccount;
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
  return path;
}
