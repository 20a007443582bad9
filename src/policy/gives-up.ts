import type { Unsafe } from './unsafe.ts';

/** What each entry of `unsafe` gives up, in words. */
export const GIVES_UP: Readonly<Record<Unsafe, string>> = {
  'no-sandbox': 'confinement',
  'landlock-only': 'namespaces',
  'no-guard': 'the reading of messages',
  observe: 'the enforcing of message rules',
  unlocked: 'the hash of the program',
  definitions: 'the record of what the model reads',
  'loader-variables': 'the ban on variables that load code',
  'own-sandbox': 'the ban on nested namespaces',
  'host-network': "the network's confinement",
  'docker-socket': 'what docker exposes',
  'secret-in-arguments': 'the secrecy of that value',
  'short-secret': 'the secrecy of that value',
  'audit-best-effort': 'denial when a record cannot be written',
};
