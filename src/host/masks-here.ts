import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import { judgeBubblewrap } from '../confine/judge-bubblewrap.ts';
import { decideMasks, type DecideMasks } from '../plan/decide-masks.ts';
import type { Entry } from '../plan/host.ts';
import { runBriefly } from './run-briefly.ts';

/** The masks of a plan on this machine. */
export const masksHere: DecideMasks = (asked, host) =>
  decideMasks(asked, host, {
    entries: (path) => attempt(() => entriesOf(path)),
    bubblewrap: () => attempt(ownVersion),
  });

/** By a descriptor that must be of that very path: a server that runs could put a link in the place of a directory. */
function entriesOf(path: string): Entry[] | undefined {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const place = `/proc/self/fd/${descriptor}`;
    return readlinkSync(place) === path ? readdirSync(place, { withFileTypes: true }) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** The text that it would say stands in the file, and reading that costs a fiftieth of running it, which is done if not. */
function ownVersion(): string | undefined {
  const written = SAID.exec(readFileSync(BUBBLEWRAP, 'latin1'))?.[1];
  if (written !== undefined || judgeBubblewrap(statSync(BUBBLEWRAP))) return written;
  return SAID.exec(runBriefly(BUBBLEWRAP, ['--version'], {}).output)?.[1];
}

const SAID = /\bbubblewrap (\d+\.\d+\.\d+)\b/;

function attempt<Answer>(look: () => Answer): Answer | undefined {
  try {
    return look();
  } catch {
    return undefined; // as the look-ups of every plan: not there, or not to be looked at
  }
}
