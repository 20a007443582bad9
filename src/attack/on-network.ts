import type { Attack, Service } from './attack.ts';

/** Attacks by way of the network and of sockets. */
export const ON_NETWORK: readonly Attack[] = [
  {
    id: 'reach-loopback',
    does: 'connects to a service of this machine, on 127.0.0.1',
    gains: 'databases, debuggers and development servers, which ask nobody who they are',
    source: 'GHSA-qg2g-g9w3-m5h8, CVE-2025-49596',
    start: 'closed',
    attempt: ({ port }) => ({ do: 'connect', to: [{ host: '127.0.0.1', port }] }),
  },
  {
    id: 'find-network',
    does: 'has a network interface beside its own loopback',
    gains: 'the internet, and every machine beside this one',
    source: 'network_namespaces(7)',
    start: 'closed',
    attempt: () => ({ do: 'interfaces' }),
  },
  {
    id: 'ask-name-server',
    does: 'sends a question to this machine’s name servers',
    gains: 'a way out for what it read, in the names that it asks for',
    source: 'CVE-2025-55284',
    start: 'closed',
    attempt: ({ nameServers }) =>
      nameServers.length === 0 ? 'this machine has no name server' : { do: 'name-servers', servers: nameServers },
  },
  {
    id: 'reach-metadata',
    does: 'connects to the cloud’s metadata, 169.254.169.254',
    gains: 'the rights of this machine in the cloud',
    source: 'the Capital One breach of 2019',
    start: 'closed',
    attempt: () => ({ do: 'connect', to: [{ host: '169.254.169.254', port: 80 }] }),
  },
  {
    id: 'reach-abstract-socket',
    does: 'connects to an abstract socket, which no mount hides',
    gains: 'the display, and services that trust your account',
    source: 'CVE-2020-15257 (containerd)',
    start: 'closed',
    attempt: ({ abstractName }) => ({ do: 'connect', to: [{ path: `\0${abstractName}` }] }),
  },
  {
    id: 'reach-socket',
    does: 'connects to a socket in a directory that is not granted',
    gains: 'who listens there, with its rights',
    source: 'unix(7); GHSA-27vp of nono',
    start: 'closed',
    attempt: ({ socket }) => ({ do: 'connect', to: [{ path: socket }] }),
  },
  service('reach-engine', 'engines', 'the container engine', 'root on this machine, by one request', 'landrun#43'),
  service('reach-bus', 'buses', 'D-Bus or systemd', 'programs started outside, by your session', 'firejail#796'),
  service(
    'reach-agent',
    'agents',
    'the ssh or gpg agent',
    'your signature, and every machine that takes it',
    'nono#1711',
  ),
  service(
    'reach-display',
    'displays',
    'the display or the sound',
    'what is shown and typed, and the microphone',
    'tests of firejail',
  ),
  {
    id: 'reach-granted-socket',
    does: 'connects to a socket in a directory that is granted for reading',
    gains: 'who listens there, with its rights',
    source: 'unix(7): to connect is not to write',
    start: 'granted',
    attempt: ({ grantedSocket }) => ({ do: 'connect', to: [{ path: grantedSocket }] }),
    known: 'SECURITY.md, what is not a boundary',
    hint: 'grant no directory that services keep their sockets in',
  },
];

function service(id: string, name: Service, what: string, gains: string, source: string): Attack {
  return {
    id,
    does: `connects to ${what}`,
    gains,
    source,
    start: 'closed',
    attempt: ({ services }) =>
      services[name].length === 0
        ? 'there is no such socket here'
        : { do: 'connect', to: services[name].map((path) => ({ path })) },
  };
}
