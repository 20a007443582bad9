import type { HostPattern } from './host-pattern.ts';

/** Whether all that `inner` admits is admitted by `outer`: by whole labels, on the same port, both in canonical form. */
export function coversHost(outer: HostPattern, inner: HostPattern): boolean {
  if (outer.port !== inner.port) return false;
  const isBelow = inner.name.endsWith(`.${outer.name}`);
  if (outer.kind === 'domain') return isBelow || outer.name === inner.name;
  if (outer.kind === 'below') return isBelow || (inner.kind === 'below' && outer.name === inner.name);
  return outer.kind === inner.kind && outer.name === inner.name;
}

/** As a policy writes it, with its port. */
export function hostText({ kind, name, port }: HostPattern): string {
  return `${kind === 'domain' ? '.' : kind === 'below' ? '*.' : ''}${name.includes(':') ? `[${name}]` : name}:${port}`;
}
