import type { Probe } from '../finding/probe.ts';
import type { Machine } from './machine.ts';
import { probeAppArmor } from './probe-apparmor.ts';
import { probeBubblewrap } from './probe-bubblewrap.ts';
import { probeBubblewrapVersion } from './probe-bubblewrap-version.ts';
import { probeCgroups } from './probe-cgroups.ts';
import { probeContainer } from './probe-container.ts';
import { probeDirectory } from './probe-directory.ts';
import { probeEnvironment } from './probe-environment.ts';
import { probeKernel } from './probe-kernel.ts';
import { probeNamespaces } from './probe-namespaces.ts';
import { probeNodeFile, probeNodeVersion } from './probe-node.ts';
import { probePlatform } from './probe-platform.ts';
import { probeProc } from './probe-proc.ts';
import { probeUserNamespaces } from './probe-user-namespaces.ts';
import { probeSeatbelt } from './seatbelt/probe-seatbelt.ts';

/** What this machine can enforce, one thing after the other, each with the way to mend it where it cannot. */
export function examine(machine: Machine): readonly Probe[] {
  const sandbox = (SANDBOXES[machine.platform] ?? []).map((probe) => probe(machine));
  return [
    probePlatform(machine),
    ...sandbox.filter((probe) => probe !== undefined),
    probeNodeVersion(machine),
    probeNodeFile(machine),
    probeEnvironment(machine),
    ...machine.directories.map(probeDirectory),
  ];
}

/** What confines, by platform, and in the order in which things are to be mended. */
const SANDBOXES: Readonly<Record<string, readonly ((machine: Machine) => Probe | undefined)[]>> = {
  darwin: [probeSeatbelt],
  linux: [
    probeKernel,
    probeUserNamespaces,
    probeAppArmor,
    probeContainer,
    probeBubblewrap,
    probeBubblewrapVersion,
    probeNamespaces,
    probeProc,
    probeCgroups,
  ],
};
