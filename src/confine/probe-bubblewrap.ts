import { fails, passes, type Probe } from '../finding/probe.ts';
import { BUBBLEWRAP } from './bubblewrap.ts';
import { bubblewrapMissing } from './diagnose.ts';
import { familyOf } from './distribution.ts';
import { judgeBubblewrap } from './judge-bubblewrap.ts';
import type { Machine } from './machine.ts';

/** Whether the one file that builds sandboxes is there, and root's alone. */
export function probeBubblewrap({ bubblewrap, otherBubblewraps, system }: Machine): Probe {
  const name = 'bubblewrap';
  if (!bubblewrap) {
    const { ident, message, hint } = bubblewrapMissing(BUBBLEWRAP, system);
    const [other] = otherBubblewraps;
    if (other === undefined) return fails(name, message, hint, ident);
    const fix = familyOf(system) === 'nix' ? `\`sudo ln -s ${other} ${BUBBLEWRAP}\`` : hint;
    return fails(name, `there is no ${BUBBLEWRAP}, and ${other} is not used in its place`, fix, ident);
  }
  const fault = judgeBubblewrap(bubblewrap);
  return fault
    ? fails(name, fault.message, fault.hint, fault.ident)
    : passes(name, `${BUBBLEWRAP} is root’s alone, and not setuid`);
}
