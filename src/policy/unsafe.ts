/**
 * What a policy can give up, one name each, and what that is. `subject` says whether the thing is built: while it is
 * not, the entry changes nothing, and `explain` says so.
 */
export const UNSAFE = {
  'no-sandbox': { givesUp: 'confinement', subject: 'built' },
  'landlock-only': { givesUp: 'namespaces', subject: 'not built yet' },
  'no-guard': { givesUp: 'the reading of messages', subject: 'not built yet' },
  observe: { givesUp: 'the enforcing of message rules', subject: 'not built yet' },
  unlocked: { givesUp: 'the hash of the program', subject: 'built' },
  definitions: { givesUp: 'the record of what the model reads', subject: 'not built yet' },
  'loader-variables': { givesUp: 'the ban on variables that load code', subject: 'built' },
  'own-sandbox': { givesUp: 'the ban on nested namespaces', subject: 'built' },
  'host-network': { givesUp: "the network's confinement", subject: 'built' },
  'docker-socket': { givesUp: 'what docker exposes', subject: 'not built yet' },
  'secret-in-arguments': { givesUp: 'the secrecy of that value', subject: 'not built yet' },
  'short-secret': { givesUp: 'the secrecy of that value', subject: 'not built yet' },
  'audit-best-effort': { givesUp: 'denial when a record cannot be written', subject: 'not built yet' },
} as const satisfies Record<string, { givesUp: string; subject: 'built' | 'not built yet' }>;

export type Unsafe = keyof typeof UNSAFE;

export const UNSAFE_NAMES = Object.keys(UNSAFE).filter((name): name is Unsafe => name in UNSAFE);

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
