// dist/secrets.cjs: loaded where a server has secrets, and only then.
export { findingsOf } from './secrets/finding-of-fault.ts';
export { removeFromKeyring, setInKeyring } from './secrets/keyring.ts';
export { isLeftOut, resolveSecrets } from './secrets/resolve-secrets.ts';
