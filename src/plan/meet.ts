import type { Place } from '../finding/finding.ts';
import { isWithin } from '../match/path.ts';
import type { Placed } from '../policy/policy.ts';
import type { Grant } from './decide-files.ts';
import type { EnvRule, Narrowing } from './plan.ts';

/** What two layers both grant, and what of the second one's grants the first one does not. */
export interface Met<Granted> {
  readonly granted: readonly Granted[];
  readonly narrowed: readonly Narrowing[];
}

/** Paths by component: of two that contain each other the deeper one, in the mode that both grant. */
export function meetFiles(strong: readonly Grant[], weak: readonly Grant[], by: Place): Met<Grant> {
  return {
    granted: weak.flatMap((grant) => strong.flatMap((other) => common(other, grant))),
    narrowed: weak
      .filter((grant) => !strong.some((other) => covers(other, grant)))
      .map(({ mode, asked, real }) => {
        const near = strong.find((other) => isWithin(real, other.real) || isWithin(other.real, real));
        return { what: `${mode} ${asked.value}`, at: asked.at, by: near?.asked.at ?? by };
      }),
  };
}

function common(one: Grant, other: Grant): Grant[] {
  const mode = one.mode === 'write' && other.mode === 'write' ? 'write' : 'read';
  if (isWithin(other.real, one.real)) return [{ mode, asked: other.asked, real: other.real }];
  return isWithin(one.real, other.real) ? [{ mode, asked: one.asked, real: one.real }] : [];
}

function covers(strong: Grant, weak: Grant): boolean {
  return isWithin(weak.real, strong.real) && (strong.mode === 'write' || weak.mode === 'read');
}

/** Variables by name, from the same source with the same value. A secret that one of them needs is needed. */
export function meetEnv(strong: readonly EnvRule[], weak: readonly EnvRule[], by: Place): Met<EnvRule> {
  const same = (rule: EnvRule): EnvRule | undefined => strong.find((other) => isSameRule(other, rule));
  return {
    granted: weak.flatMap((rule) => {
      const other = same(rule);
      return other ? ['optional' in other && !other.optional ? { ...rule, optional: false } : rule] : [];
    }),
    narrowed: weak
      .filter((rule) => !same(rule))
      .map(({ name, because }) => ({
        what: `variable ${name}`,
        at: because.at ?? by,
        by: strong.find((other) => other.name === name)?.because.at ?? by,
      })),
  };
}

function isSameRule(one: EnvRule, other: EnvRule): boolean {
  const [what, otherWhat] = [one, other].map((rule) =>
    JSON.stringify({ ...rule, because: undefined, optional: undefined }),
  );
  return what === otherWhat;
}

/** Directories that persist: of two that contain each other the deeper one. */
export function meetState(
  strong: readonly Placed<string>[],
  weak: readonly Placed<string>[],
  by: Place,
): Met<Placed<string>> {
  return {
    granted: weak.flatMap((path) =>
      strong.flatMap((other) => (contains(other, path) ? [path] : contains(path, other) ? [other] : [])),
    ),
    narrowed: weak
      .filter((path) => !strong.some((other) => contains(other, path)))
      .map(({ value, at }) => ({ what: `state ${value}`, at, by })),
  };
}

function contains(outer: Placed<string>, inner: Placed<string>): boolean {
  return isWithin(`/${inner.value}`, `/${outer.value}`);
}
