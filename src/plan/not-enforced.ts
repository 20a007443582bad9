/**
 * What an absent key will one day mean and means nothing yet. Shown by `explain`, so that nobody counts on it; a key
 * that is present and not enforced stops the launch instead.
 */
export const NOT_ENFORCED = ['guard', 'definitions', 'audit', 'lock'] as const;

export type NotEnforced = (typeof NOT_ENFORCED)[number];
