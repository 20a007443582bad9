import {
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { done, refused, type Outcome } from '../attack/attempt.ts';

export function read(path: string, text: string): Outcome {
  return readFileSync(path, 'latin1').includes(text) ? done('it was read') : refused('another file is there');
}

export function find(paths: readonly string[]): Outcome {
  const there = paths.filter((path) => existsSync(path));
  if (there.length > 0) return done(`there: ${there.join(', ')}`);
  lstatSync(paths[0] ?? '/'); // says why
  return refused('not to be looked at');
}

export function create(path: string): Outcome {
  writeFileSync(path, '', { flag: 'wx' });
  rmSync(path);
  return done('it was made');
}

export function append(paths: readonly string[]): Outcome {
  return firstOf(paths, (path) => {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK));
    return done(`${path} opens for writing`);
  });
}

export function link(from: string, to: string): Outcome {
  linkSync(from, to);
  rmSync(to);
  return done('the link was made');
}

export function plant(places: readonly string[], to: string): Outcome {
  for (const place of places) {
    rmSync(place, { recursive: true, force: true });
    symlinkSync(to, place);
  }
  return done('the links were made');
}

/** proc_pid_mountinfo(5): the fifth field is where, the sixth how; of two on one place the later covers the other. */
export function mountedWritable(paths: readonly string[]): Outcome {
  const mounts = readFileSync('/proc/self/mountinfo', 'latin1')
    .split('\n')
    .map((line) => line.split(' '));
  const writable = paths.filter((path) => {
    const above = mounts.filter(([, , , , point = '']) => point === '/' || `${path}/`.startsWith(`${point}/`));
    const depth = Math.max(...above.map(([, , , , point = '']) => point.length));
    const [, , , , , options = ''] = above.findLast(([, , , , point = '']) => point.length === depth) ?? [];
    return options.split(',').includes('rw');
  });
  return writable.length > 0 ? done(`writable: ${writable.join(', ')}`) : refused('mounted read-only');
}

/** What succeeds first; else what was said to the last. */
function firstOf(paths: readonly string[], attempt: (path: string) => Outcome): Outcome {
  let fault: unknown;
  for (const path of paths) {
    try {
      return attempt(path);
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}
