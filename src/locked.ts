// What a start of a locked package takes: its entry in the lock, and whether its tree is what that says.
export { binOf, lockedPackage, manifestFor } from './lock/lock.ts';
export { lockFileOf, readLockFile } from './state/lock-file.ts';
export { platformName, storeIn, treeDirectory } from './store/places.ts';
export { treeFinding } from './store/tree-finding.ts';
export { verifyTree } from './store/verify-tree.ts';
