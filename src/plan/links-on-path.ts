import type { Host } from './host.ts';

/** Every link that is followed on the way to a path, each by the real path of its directory and its own name. */
export function linksOnPath(path: string, host: Host): readonly string[] {
  const found: string[] = [];
  let real = '';
  let rest = namesOf(path);
  for (let name = rest.shift(); name !== undefined && found.length <= MAX_LINKS; name = rest.shift()) {
    const to = name === '..' ? undefined : host.link(`${real}/${name}`);
    if (name === '..') real = real.slice(0, Math.max(0, real.lastIndexOf('/')));
    else if (to === undefined) real += `/${name}`;
    else {
      found.push(`${real}/${name}`);
      if (to.startsWith('/')) real = '';
      rest = [...namesOf(to), ...rest];
    }
  }
  return found;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** The kernel follows as many: path_resolution(7). */
const MAX_LINKS = 40;
