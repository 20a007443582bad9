import { fails, untested, type Probe } from '../../finding/probe.ts';
import type { Machine } from '../machine.ts';
import { judgeSandboxExec, SANDBOX_EXEC } from './judge-sandbox-exec.ts';

/** Whether what confines on macOS is there. That our profile does what it says, nobody has seen. */
export function probeSeatbelt({ sandboxExec }: Pick<Machine, 'sandboxExec'>): Probe {
  const name = 'Seatbelt';
  const fault = judgeSandboxExec(sandboxExec);
  return fault
    ? fails(name, fault.message, fault.hint, fault.ident)
    : untested(name, `${SANDBOX_EXEC} is root’s alone; our profile for it is untested on macOS by us`);
}
