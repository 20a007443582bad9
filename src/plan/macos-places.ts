import type { Host } from './host.ts';
import type { Places } from './sandbox-paths.ts';

/**
 * Nothing can be mounted on macOS, so what a server has for itself are directories of ours: made for one launch, removed
 * at its end. A plan is the same at every launch, so it has X's where their name is made up, as mktemp(1) writes it.
 */
export function macosPlaces(id: string, host: Host): Places {
  const root = `${followed(host.directories.data, host)}/private/${id}${TEMPLATE}`;
  return {
    home: `${root}/home`,
    cwd: `${root}/home/work`,
    temporary: `${root}/tmp`,
    // getpwuid(3) says the same: there is no other account to be inside.
    user: host.account.name,
    fresh: 'fresh, removed at the end',
  };
}

/** No id of a server ends so: they have no capitals. */
export const TEMPLATE = '.XXXXXX';

/** Seatbelt compares real paths. Of what is not there yet, the part that is: we make the rest ourselves. */
export function followed(path: string, host: Host): string {
  const real = host.real(path);
  if (real !== undefined || path === '/') return real ?? path;
  const slash = path.lastIndexOf('/');
  const parent = followed(path.slice(0, slash) || '/', host);
  return `${parent === '/' ? '' : parent}${path.slice(slash)}`;
}
