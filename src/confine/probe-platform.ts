import { untested, passes, type Probe } from '../finding/probe.ts';
import { familyOf } from './distribution.ts';
import type { Machine } from './machine.ts';

/** Whether anyone has tried us on such a machine. */
export function probePlatform({ platform, architecture, kernel, system }: Machine): Probe {
  const name = 'platform';
  if (platform !== 'linux')
    return untested(
      name,
      platform === 'darwin'
        ? `macOS on ${architecture}: nobody tried us there`
        : `${SYSTEMS[platform] ?? platform} on ${architecture}: this version confines servers on Linux and macOS`,
    );
  const here = `${system.name} on ${architecture}`;
  if (/microsoft/i.test(kernel))
    return untested(name, `${here}, in the Windows subsystem for Linux: nobody tried us there`);
  if (familyOf(system) === 'nix')
    return untested(name, `${here}: its programs lie in /nix/store, which no sandbox of ours shows`);
  return architecture === 'x64' ? passes(name, here) : untested(name, `${here}: nobody tried us on this architecture`);
}

const SYSTEMS: Readonly<Record<string, string>> = { win32: 'Windows' };
