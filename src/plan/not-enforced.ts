/**
 * What an absent key will one day mean and means nothing yet. Shown by `explain`, so that nobody counts on it; a key
 * that is present and not enforced stops the launch instead.
 */
export const NOT_ENFORCED = ['guard', 'definitions', 'audit', 'lock'] as const;

/** What Linux gives a server's confinement and macOS does not, and that nobody has tried ours there. */
export const NOT_ON_MACOS = [
  'macos-untested',
  'process-tree',
  'masks',
  'resources',
  'private-sizes',
  'system-calls',
  'path-races',
] as const;

/** What namespaces give a server's confinement and Landlock does not. */
export const NOT_WITH_LANDLOCK = ['masks', 'private-sizes', 'looked-after', 'file-facts', 'accounts'] as const;

export type NotEnforced =
  | (typeof NOT_ENFORCED)[number]
  | (typeof NOT_ON_MACOS)[number]
  | (typeof NOT_WITH_LANDLOCK)[number]
  | 'docker-untested'
  | 'container-memory';
