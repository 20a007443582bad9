import { accessSync, constants } from 'node:fs';

/** Whether this account may put files into a directory. */
export function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
