import { allowUnless, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { LIMIT_NAMES, SANDBOX_LIMITS, type LimitName } from '../policy/limits.ts';
import { ceilingOf, unsafeAt, type Policy } from '../policy/policy.ts';
import type { Entries } from './decide-server.ts';
import type { Layout } from './layout.ts';
import type { Narrowing, Plan, PlannedLimit } from './plan.ts';

export interface DecidedLimits {
  readonly limits: Plan['limits'];
  readonly narrowed: readonly Narrowing[];
}

/**
 * The same on every machine, and far above what honest servers use: they stop what has gone wrong. Why each:
 * docs/decisions/015-limits.md.
 */
const DEFAULT_LIMITS: { readonly [Name in LimitName]?: number } = {
  memory: 4 * 1024 ** 3,
  processes: 512,
  openFiles: 4096,
  tmp: 256 * 1024 ** 2,
  shutdown: 1500,
};

/** Why a limit is what it is, where an entry says so. */
export const WRITTEN = '`limits`';

/**
 * What a launch may use up: of each limit the smallest that a layer, the ceiling or the project's file asks for. An entry
 * that is silent asks for the default; the other two ask for nothing then.
 */
export function decideLimits(
  entries: Entries,
  policy: Policy,
  layout: Pick<Layout, 'lacks' | 'lacksLimit'> | undefined,
): Decision<DecidedLimits> {
  const [{ server }] = entries;
  const asked = [
    [ceilingOf(policy), '`ceiling`'] as const,
    [policy.project?.servers.find(({ id }) => id === server.id), 'the project’s file'] as const,
    ...entries.map((entry) => [entry.server, WRITTEN] as const),
  ];
  const limits: { [Name in LimitName]?: PlannedLimit } = {};
  const narrowed: Narrowing[] = [];
  const findings: Finding[] = [];
  for (const name of LIMIT_NAMES) {
    let least: PlannedLimit | undefined;
    for (const [by, reason] of asked) {
      const written = by?.limits[name];
      const value = written?.value ?? (reason === WRITTEN ? DEFAULT_LIMITS[name] : undefined);
      if (value === undefined) continue;
      if (!least || value < least.value)
        least = { value, because: written ? { reason, at: written.at } : { reason: 'default' } };
      else if (written && reason === WRITTEN && value > least.value)
        narrowed.push({ what: `limits.${name}`, at: written.at, by: least.because.at ?? server.at });
    }
    if (!least) continue;
    const isBare = unsafeAt(server, 'no-sandbox') !== undefined;
    const lacks = isBare ? SANDBOX_LIMITS : (layout?.lacks ?? []);
    if (!lacks.some((one) => one === name)) limits[name] = least;
    else if (least.because.at) {
      const { at } = least.because;
      findings.push(
        isBare || !layout
          ? refusal(
              'policy-meaningless',
              `\`limits.${name}\` holds in a sandbox alone, and \`${server.id}\` gives that up by \`unsafe: [no-sandbox]\``,
              'remove the limit, or `no-sandbox` from `unsafe`',
              at,
            )
          : layout.lacksLimit(name, at, server),
      );
    }
  }
  return allowUnless(findings, { limits, narrowed });
}
