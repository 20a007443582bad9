import { passes, untested, type Probe } from '../finding/probe.ts';

/** What could run an image here. None is missed: a policy without images needs none. */
export function probeTools(platform: string, find: (tool: 'podman' | 'docker') => string | undefined): Probe[] {
  if (platform !== 'linux') return [];
  const name = 'containers';
  const [podman, docker] = [find('podman'), find('docker')];
  if (podman !== undefined) return [passes(name, `${podman} would run a policy’s images`)];
  if (docker === undefined) return [passes(name, 'no podman and no docker: no image of a policy runs here')];
  const found = `${docker} would run a policy’s images; we tried it by hand, and our tests run podman alone`;
  return [untested(name, found)];
}
