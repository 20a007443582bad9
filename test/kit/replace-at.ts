/** The same value with another in the place of its nth part, counted from the outside in. */
export function replaceAt(value: unknown, at: number, by: unknown): unknown {
  const paths = [...pathsIn(value)];
  return withAt(value, paths[at % paths.length] ?? [], by);
}

function* pathsIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* pathsIn(inner, [...path, key]);
}

function withAt(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value))
    return value.map((inner, index) => (String(index) === key ? withAt(inner, rest, by) : inner));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === key ? withAt(inner, rest, by) : inner]),
  );
}
