import type { Lock } from './lock.ts';

/** A lock as the text of its file: keys in order at every depth, so that the same lock is the same bytes everywhere. */
export function lockText(lock: Lock): string {
  return `${JSON.stringify(sorted({ ...lock }), null, 2)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
