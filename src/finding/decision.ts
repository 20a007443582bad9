import type { Finding } from './finding.ts';

/** A yes that carries what was granted, or a no that carries why: nobody holds a grant without having looked. */
export type Decision<Granted> =
  | { readonly allowed: true; readonly granted: Granted }
  | { readonly allowed: false; readonly findings: readonly Finding[] };

export function allow<Granted>(granted: Granted): Decision<Granted> {
  return { allowed: true, granted };
}

export function deny(...findings: readonly Finding[]): Decision<never> {
  return { allowed: false, findings };
}

/** A yes unless something was found. */
export function allowUnless<Granted>(findings: readonly Finding[], granted: Granted): Decision<Granted> {
  return findings.length === 0 ? allow(granted) : deny(...findings);
}
