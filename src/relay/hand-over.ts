import { closeSync, fstatSync, readlinkSync } from 'node:fs';
import type { Descriptor, Spawn } from '../confine/spawn.ts';
import { openDescriptors } from './descriptors.ts';

/** What the process that takes the launcher's place is told besides. */
export interface ToTend {
  readonly server: string;
  /** Milliseconds from the end of input. */
  readonly grace: number;
  /** The tree of the package must be as it was kept. */
  readonly isLocked: boolean;
  readonly isQuiet: boolean;
  /** To be said on stderr when the server starts. */
  readonly words: string;
}

/**
 * What is to be started, as native/handed.c reads it in a variable: every descriptor of ours is closed there, so each is
 * told by what it must be. Undefined where one cannot be opened: the ordinary start says why.
 */
export function handOver(spawned: Spawn, built: string, told: ToTend): string | undefined {
  const { file, args, account, descriptors } = spawned;
  const opened = openDescriptors({ ...spawned, descriptors: descriptors.filter(isOpened) }, built);
  if ('kind' in opened) return undefined;
  const seen = opened.flatMap((one) => (one === 'pipe' ? [] : [one]));
  const places = seen.map(placeOf);
  for (const one of seen) closeSync(one);
  const fields = [
    ...[`n${told.server}`, `g${told.grace}`, `w${told.words}`],
    ...(account ? [`u${account.uid}`, `i${account.gid}`] : []),
    ...(told.isLocked ? ['='] : []),
    ...(told.isQuiet ? ['q'] : []),
    ...[file, ...args].map((word) => `a${word}`),
    ...descriptors.map((one) => {
      if (one.kind === 'handshake') return `h${FIRST + descriptors.length}`;
      if ('text' in one) return `t${one.text}`;
      const isPlace = one.kind === 'held' || one.kind === 'kept';
      return `${isPlace ? 'p' : 'r'}${places.shift() ?? ''}`;
    }),
  ];
  return fields.map((field) => `${field.replace(/[\0\x01]/g, put)}\x01\x01`).join(''); // eslint-disable-line no-control-regex
}

/** By us, to be told by what it is. */
function isOpened(one: Descriptor): boolean {
  return one.kind !== 'handshake' && !('text' in one);
}

/** Descriptors 0 to 2 are the server's; ours follow. */
const FIRST = 3;

function placeOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `${dev}:${ino}:${readlinkSync(`/proc/self/fd/${descriptor}`)}`;
}

/** No zero can stand in a variable. */
function put(character: string): string {
  return character === '\0' ? '\x01\x02' : '\x01\x03';
}
