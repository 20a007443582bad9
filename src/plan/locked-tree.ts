import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Place } from '../finding/finding.ts';
import { identityText, type Identity } from '../identity/identity.ts';
import { isWithin } from '../match/path.ts';
import type { Layer, ServerPolicy } from '../policy/policy.ts';
import type { Host } from './host.ts';
import type { Program } from './plan.ts';

/** A package of the store. Paths are real. */
export interface LockedTree {
  readonly tree: string;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
  /** A file of ours: what each file was when its content was last compared. */
  readonly stats: string;
  /** The program, below the tree. */
  readonly entry: string;
  /** Of the program. */
  readonly sha256: string;
}

/** Looks a package up in the lock of a layer, and in the store: what is found there, with what is to run it. */
export type FindTree<Meant extends Identity, Found extends LockedTree> = (
  identity: Meant,
  layer: Layer,
  host: Host,
  server: Pick<ServerPolicy, 'id' | 'command'>,
) => Decision<Found>;

/** The program of a package: what is found must lie in the tree, and be what the policy says, where it says so. */
export function programOf(
  { command: { at }, sha256: wanted }: ServerPolicy,
  identity: Identity,
  { tree, entry, sha256, manifest, stats }: LockedTree,
  host: Host,
): Decision<Program> {
  const name = identityText(identity);
  const real = host.real(entry);
  if (real === undefined || !isWithin(real, tree)) return deny(noEntry(entry, at));
  if (wanted && wanted.value !== sha256) return deny(otherHash(name, sha256, wanted.at));
  return allow({
    asked: name,
    real,
    sha256,
    heldBy: 'lock',
    locked: { identity: name, manifest, tree, stats },
    because: { reason: 'the program of the package', at },
  });
}

function noEntry(entry: string, at: Place) {
  return refusal('package-changed', `\`${entry}\` is not in the package`, '`mcp-secure-run lock` installs it anew', at);
}

function otherHash(name: string, sha256: string, at: Place) {
  return refusal(
    'program-changed',
    `the program of \`${name}\` is another one: its sha256 is ${sha256}`,
    'remove `sha256`, for a lock holds the whole package',
    at,
  );
}
