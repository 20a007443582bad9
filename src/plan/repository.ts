import { pathAndAncestors } from '../match/path.ts';
import type { Host } from './host.ts';

/** The nearest directory with a `.git` at or above a real path; in a worktree that is a file. */
export function repositoryOf(path: string, host: Host): string | undefined {
  return pathAndAncestors(path).findLast(
    (directory) => host.file(`${directory === '/' ? '' : directory}/.git`) !== undefined,
  );
}

/** Where the client stands, by its real path; undefined when that directory is gone. */
export function clientDirectory(host: Host): string | undefined {
  return host.cwd === undefined ? undefined : host.real(host.cwd);
}
