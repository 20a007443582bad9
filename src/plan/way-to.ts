import type { Host } from './host.ts';

export interface Way {
  /** Every link that is followed, each by the real path of its directory and its own name. */
  readonly links: readonly string[];
  /** Where the way ends. */
  readonly real: string;
}

/** The way to a path, step by step. */
export function wayTo(path: string, host: Host): Way {
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
  return { links: found, real: real === '' ? '/' : real };
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** The kernel follows as many: path_resolution(7). */
const MAX_LINKS = 40;
