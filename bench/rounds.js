/**
 * Measures every candidate once a round, one after the other: what the machine does meanwhile meets all of them alike.
 * Each round begins with another candidate, and a first round, in which caches fill, does not count.
 *
 * @template {string} Name
 * @param {Readonly<Record<Name, () => Promise<number>>>} candidates
 * @param {number} rounds
 * @returns {Promise<Record<Name, number[]>>}
 */
export async function interleave(candidates, rounds) {
  const names = /** @type {Name[]} */ (Object.keys(candidates));
  const samples = /** @type {Record<Name, number[]>} */ ({});
  for (const name of names) {
    samples[name] = [];
    await candidates[name]();
  }
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) samples[name].push(await candidates[name]());
  }
  return samples;
}

/** @param {readonly number[]} values */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * @param {readonly number[]} values
 * @param {number} share From 0 to 1.
 */
export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/**
 * Of one candidate over another, round by round: what slowed a whole round down falls out.
 *
 * @param {readonly number[]} over
 * @param {readonly number[]} base
 */
export function ratios(over, base) {
  return over.map((value, round) => value / (base[round] ?? Number.NaN));
}
