/**
 * How often a law is tried: its share of `FUZZ_RUNS`, 6,000 where nothing is said and a million in `npm run soak`. The
 * shares of all laws of the policy's reader are one.
 */
export function runs(share: number): { readonly numRuns: number; readonly endOnFailure: true } {
  return { numRuns: Math.round(TOTAL * share), endOnFailure: true };
}

/** Time for so many runs, in milliseconds: none takes near it. */
export function timeFor({ numRuns }: { readonly numRuns: number }): { readonly timeout: number } {
  return { timeout: 60_000 + numRuns * 50 };
}

const TOTAL = Number(process.env['FUZZ_RUNS'] ?? 6000);
