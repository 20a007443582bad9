/** What a policy can give up, one name each. */
export const UNSAFE_NAMES = [
  'no-sandbox',
  'landlock-only',
  'no-guard',
  'observe',
  'unlocked',
  'definitions',
  'loader-variables',
  'own-sandbox',
  'host-network',
  'docker-socket',
  'secret-in-arguments',
  'short-secret',
  'audit-best-effort',
] as const;

export type Unsafe = (typeof UNSAFE_NAMES)[number];

/** Those whose subject is not built: the entry changes nothing yet, and `explain` says so. */
export const MOOT: readonly Unsafe[] = ['observe', 'definitions', 'secret-in-arguments', 'audit-best-effort'];

/**
 * Keys of a server that an `unsafe` entry makes meaningless: who writes both believes something that is not so. A dot
 * leads to a key below a key.
 */
export const MEANINGLESS_WITH: Partial<Record<Unsafe, readonly string[]>> = {
  'no-sandbox': [
    ...['files', 'network', 'state'],
    ...['limits.memory', 'limits.processes', 'limits.openFiles', 'limits.fileSize', 'limits.cpu', 'limits.tmp'],
  ],
  'host-network': ['network'],
  'no-guard': ['tools', 'prompts', 'resources', 'client'],
};
