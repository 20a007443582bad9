import type { Explained, Network, Program } from '../plan/plan.ts';
import { takeListeners, type Listener } from './take-listeners.ts';

export type Hosts = Explained<Extract<Network, { mode: 'hosts' }>>;

/** Whom a sandbox's network is opened for. */
export interface Sandboxed {
  readonly server: string;
  readonly program: Program;
  /** The process that builds it. */
  readonly bubblewrap: number;
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
}

/** What serves those who connect: loaded when the server is on its way, for it is most of all this. */
export type Serving = () => Promise<typeof import('./serve-hosts.ts')>; // eslint-disable-line typescript/consistent-type-imports

/** Opens the way to the hosts of a plan for one sandbox, through sockets that listen in its network. Answers why it could not, in words. */
export async function openEgress(
  network: Hosts,
  { server, bubblewrap, account }: Sandboxed,
  helper: string,
  say: (line: string) => void,
  serving: Serving,
): Promise<string | undefined> {
  const ports = [...new Set(network.names.map(({ port }) => port))];
  const places = [`127.0.0.1:${network.proxyPort}`, ...ports.map((port) => `0.0.0.0:${port}`)];
  let served: Promise<ReturnType<Awaited<ReturnType<Serving>>['serveHosts']>> | undefined;
  const serve = (listener: Listener, place: number): void => {
    served ??= serving().then(({ serveHosts }) => serveHosts(network, server, say));
    void served.then((begin) => begin(listener, place));
  };
  return takeListeners(helper, bubblewrap, places, account, serve, (why) =>
    say(`the way to some of the hosts of \`${server}\` is closed: ${why}`),
  );
}
