import { allow, type Decision } from '../finding/decision.ts';
import { warning, type Finding, type Place } from '../finding/finding.ts';
import type { LockedPackage } from '../lock/lock.ts';
import { excludesPython } from '../lock/python-range.ts';
import type { Host } from '../plan/host.ts';
import { minorOf, pythonName, type Python } from '../plan/locate-python.ts';
import { pythonBinOf, treeForPython } from '../store/find-locked-python.ts';
import { noBin } from '../store/find-package.ts';
import { pythonStoreIn } from '../store/places.ts';
import type { Kept } from './check-lock.ts';
import type { Target } from './lock-targets.ts';

/** The tree of a Python package for a Python that is here. */
export function findKeptPython(
  { identity, layer, servers }: Target,
  locked: LockedPackage,
  host: Host,
): Decision<Kept> {
  const [server] = servers;
  const at = server?.command.at;
  const found = treeForPython(identity, locked, layer, host, server?.id ?? '', at);
  if (!found.allowed) return found;
  const { python, manifest } = found.granted;
  const absent = servers.flatMap(({ identity: meant, command }) =>
    meant?.kind === 'pypi' && !pythonBinOf(locked, meant) ? [noBin(meant, locked, command.at)] : [],
  );
  const mismatch = pythonMismatch(identity, locked, python, at);
  return allow({ store: pythonStoreIn(host.directories), manifest, absent, mismatch });
}

/** Told and no more: pip itself takes no package for a Python that it leaves out. */
export function pythonMismatch(
  identity: string,
  { engines }: LockedPackage,
  { tag, real }: Python,
  at: Place | undefined,
): Finding | undefined {
  if (engines === undefined || !excludesPython(engines, minorOf(tag))) return undefined;
  return warning(
    'engine-mismatch',
    `\`${identity}\` says that it runs on Python ${engines}, and not on the one that would run it`,
    `that is ${real}: add the directory of another than ${pythonName(tag)} to \`programPath\`, or take another version of the package`,
    at,
  );
}
