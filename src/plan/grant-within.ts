import type { Place } from '../finding/finding.ts';
import { matchesName } from '../match/name-pattern.ts';
import type { Ceiling, Placed } from '../policy/policy.ts';
import type { Grant } from './decide-files.ts';
import type { Entries } from './decide-server.ts';
import { expandHome } from './expand-home.ts';
import type { Host } from './host.ts';
import { meetEnv, meetFiles, meetState, type Met } from './meet.ts';
import type { EnvRule, Narrowing } from './plan.ts';

/** What a launch may have of what the policy can grant. */
export interface Granted {
  readonly files: readonly Grant[];
  readonly env: readonly EnvRule[];
  readonly state: readonly Placed<string>[];
  readonly narrowed: readonly Narrowing[];
}

/** What every layer grants, within the ceiling; and what one of them grants in vain. */
export function grantWithin(
  entries: Entries,
  ceiling: Ceiling | undefined,
  files: readonly (readonly Grant[])[],
  env: readonly (readonly EnvRule[])[],
  host: Host,
): Granted {
  const by = entries[0].server.at;
  const filesMet = meetAll(
    files.filter((_, index) => !entries[index]?.seesAll),
    by,
    meetFiles,
  );
  const envMet = meetAll(env, by, meetEnv);
  const stateMet = meetAll(
    entries.filter(({ seesAll }) => !seesAll).map(({ server }) => withoutInner(server.state)),
    by,
    meetState,
  );
  const narrowed = [...filesMet.narrowed, ...envMet.narrowed, ...stateMet.narrowed];
  if (!ceiling) return { files: filesMet.granted, env: envMet.granted, state: stateMet.granted, narrowed };

  const filesLeft = meetFiles(grantsOf(ceiling, host), filesMet.granted, ceiling.at);
  const envLeft = envBelow(ceiling, envMet.granted);
  return {
    files: filesLeft.granted,
    env: envLeft.granted,
    state: stateMet.granted,
    narrowed: [...narrowed, ...filesLeft.narrowed, ...envLeft.narrowed],
  };
}

function meetAll<Item>(
  [strongest = [], ...others]: readonly (readonly Item[])[],
  by: Place,
  meet: (strong: readonly Item[], weak: readonly Item[], by: Place) => Met<Item>,
): Met<Item> {
  return others.reduce<Met<Item>>(
    (met, weak) => {
      const { granted, narrowed } = meet(met.granted, weak, by);
      return { granted, narrowed: [...met.narrowed, ...narrowed] };
    },
    { granted: strongest, narrowed: [] },
  );
}

/** What persists with a directory around it persists with it: a mount inside would be the server's to lead elsewhere. */
function withoutInner(state: readonly Placed<string>[]): readonly Placed<string>[] {
  return state.filter(
    ({ value }, index) =>
      !state.some((other, at) => (at < index && other.value === value) || value.startsWith(`${other.value}/`)),
  );
}

/** Paths of a ceiling that are not on this machine grant nothing, and are no fault. */
function grantsOf(ceiling: Ceiling, host: Host): Grant[] {
  return (['write', 'read'] as const).flatMap((mode) =>
    ceiling[mode].flatMap((asked) => {
      const real = host.real(expandHome(asked.value, host));
      return real === undefined ? [] : [{ mode, asked, real }];
    }),
  );
}

/** Fixed values are the policy's own words; what is taken from the client, by whatever key, must be named. */
function envBelow(ceiling: Ceiling, env: readonly EnvRule[]): Met<EnvRule> {
  const isBelow = (rule: EnvRule): boolean => {
    const taken = takenFromClient(rule);
    return taken === undefined || ceiling.pass.some(({ value }) => matchesName(value, taken));
  };
  return {
    granted: env.filter(isBelow),
    narrowed: env
      .filter((rule) => !isBelow(rule))
      .map(({ name, because }) => ({ what: `variable ${name}`, at: because.at ?? ceiling.at, by: ceiling.at })),
  };
}

function takenFromClient(rule: EnvRule): string | undefined {
  if (rule.from === 'secret') return rule.reference.provider === 'env' ? rule.reference.name : undefined;
  return rule.from === 'client' ? rule.name : undefined;
}
