import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { done, refused, type Outcome } from '../attack/attempt.ts';
import { codeOf } from '../host/system-error.ts';

/** ENXIO is what the kernel says to a process that has no controlling terminal: tty(4). */
export function terminal(): Outcome {
  try {
    closeSync(openSync('/dev/tty', 'r+'));
    return done('/dev/tty opens');
  } catch (error) {
    if ([0, 1, 2].some((descriptor) => isatty(descriptor))) return done('it has one for a stream');
    if (codeOf(error) !== 'ENXIO') throw error;
    return refused('it has none');
  }
}
