import type { NotEnforced } from './plan.ts';

/**
 * What an absent key will one day mean and means nothing yet. Shown by `explain`, so that nobody counts on it; a key
 * that is present and not enforced stops the launch instead.
 */
export const NOT_ENFORCED: readonly NotEnforced[] = [
  { ident: 'guard', meaning: 'messages pass unread: no rules for tools, prompts, resources or the client’s side' },
  { ident: 'definitions', meaning: 'what the model reads of a server is not compared with a record' },
  { ident: 'audit', meaning: 'nothing is recorded' },
  { ident: 'limits', meaning: 'no limits but the sizes of the directories in memory' },
  { ident: 'lock', meaning: 'of a script, the file itself is held, not the packages that it loads' },
];
