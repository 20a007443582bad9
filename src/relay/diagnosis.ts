import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import * as words from '../confine/diagnose.ts';
import type { Finding } from '../finding/finding.ts';
import { surroundings } from '../host/surroundings.ts';
import { readSystem } from '../host/system.ts';

/** bubblewrap is not where only root puts it. */
export function bubblewrapMissing(): Finding {
  return words.bubblewrapMissing(BUBBLEWRAP, readSystem());
}

/** Why bubblewrap built no sandbox, by its last words and what this machine is like. */
export function diagnose(last: string): Finding {
  return words.diagnose(last, surroundings());
}
