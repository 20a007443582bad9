import type { Decision } from '../../src/finding/decision.ts';

/** A decision in one line: `yes`, or the first finding. */
export function verdictOf(decision: Decision<unknown>): string {
  if (decision.allowed) return 'yes';
  const [finding] = decision.findings;
  return finding ? `${finding.ident}: ${finding.message}` : 'no';
}
