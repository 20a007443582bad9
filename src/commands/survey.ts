import { allow } from '../finding/decision.ts';
import { decideLocked, decidePinned } from '../locked.ts';
import { masksHere } from '../host/masks-here.ts';
import { compileRegex } from '../match/regex.ts';
import { byCommandLine } from '../plan/by-command-line.ts';
import { LANDLOCK } from '../plan/landlock-layout.ts';
import { MACOS } from '../plan/macos-layout.ts';
import { enginesOf, type Engines } from '../plan/matching.ts';
import { resolveContainer } from '../plan/resolve-container.ts';
import { compileLayer, parseProject } from '../policy-text/compile.ts';
import type { ParsedLayer } from '../policy-text/parse-policy.ts';
import { grantHosts } from '../plan/grant-hosts.ts';
import { whyNoHost } from '../plan/granted-host.ts';
import { gather, type Gathered } from '../state/situation.ts';

/** The situation with all that the policies say, read anew from their texts: nothing kept is believed. */
export interface Survey extends Gathered {
  readonly parsed: readonly ParsedLayer[];
  readonly engines: Engines;
}

export async function survey(chosen: string | undefined): Promise<Survey> {
  const parsed: ParsedLayer[] = [];
  const gathered = await gather(chosen, process.env, {
    layer: async ({ kind, files }) => {
      const layer = await compileLayer(kind, files);
      if (!layer.allowed) return layer;
      parsed.push(layer.granted);
      return allow(layer.granted.layer);
    },
    project: async (file) => Promise.resolve(parseProject(file)),
  });
  return { ...gathered, parsed, engines: enginesFor(parsed) };
}

/** What judging by these policies may need: regular expressions, hosts that they grant, masks, what macOS is like. */
export function enginesFor(parsed: readonly ParsedLayer[]): Engines {
  const policy = { layers: parsed.map(({ layer }) => layer) };
  return {
    ...enginesOf({ compileRegex }),
    byCommandLine,
    grantHosts,
    host: (value, id) => whyNoHost(policy, id, value),
    macos: MACOS,
    landlock: () => ({ LANDLOCK }),
    locked: decideLocked,
    pinned: decidePinned,
    container: resolveContainer,
    masks: () => masksHere,
  };
}
