import type { Host } from './host.ts';

/** `~` is the home of the account's passwd entry: `HOME` is the client's to set. */
export function expandHome(path: string, host: Host): string {
  return path.replace(/^~(?=\/|$)/, host.account.home);
}
