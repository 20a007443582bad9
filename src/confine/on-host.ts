import type { Machine } from './machine.ts';

/** A container has the kernel of its host and may not change it. */
export function onHost({ container }: Pick<Machine, 'container'>, fix: string): string {
  return container ? `on the host of this container: ${fix}` : fix;
}
