import type { Decision } from '../finding/decision.ts';
import type { Finding, Place } from '../finding/finding.ts';
import type { LimitName } from '../policy/limits.ts';
import type { Placed, ServerPolicy } from '../policy/policy.ts';
import type { Unsafe } from '../policy/unsafe.ts';
import type { ToMount } from './arrange-mounts.ts';
import type { Host } from './host.ts';
import type { NotEnforced } from './not-enforced.ts';
import type { EnvRule, Mount, Plan } from './plan.ts';
import type { Places } from './sandbox-paths.ts';

/** How a server is laid out where nothing can be mounted: on macOS, and by Landlock. Loaded there, and nowhere else. */
export interface Layout {
  /** The directories that it has for itself. They are real there, and its to find by these names. */
  readonly places: (id: string, host: Host) => Places;
  /** What every server sees of the system. */
  readonly view: (network: Plan['network'], tmp: Plan['limits']['tmp'], host: Host) => readonly Mount[];
  /** Everything that it sees, or what the system cannot give it. */
  readonly arrange: (parts: ToMount, places: Places, host: Host) => Decision<readonly Mount[]>;
  /** What it lacks beside what every plan lacks. */
  readonly notEnforced: readonly NotEnforced[];
  readonly confinement: (server: ServerPolicy) => Plan['confinement'];
  /** What can be given up and changes nothing there. */
  readonly moot: readonly Unsafe[];
  /** Why there is no network. */
  readonly noNetwork: string;
  /** Limits that nothing there holds, and the no to one that a policy writes. */
  readonly lacks: readonly LimitName[];
  readonly lacksLimit: (name: LimitName, at: Place, server: ServerPolicy) => Finding;
  /** The no to whatever else is asked for and not to be had there. */
  readonly refuse: (asked: {
    readonly server: ServerPolicy;
    readonly hide: readonly Placed<string>[];
    readonly network: Plan['network'];
    readonly env: readonly EnvRule[];
  }) => readonly Finding[];
}
