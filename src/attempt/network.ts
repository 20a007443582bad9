import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { done, refused, type Outcome, type Target } from '../attack/attempt.ts';
import { codeOf } from '../host/system-error.ts';

/** One after the other, until one takes the connection; else what was said to the last. */
export async function connects(targets: readonly Target[]): Promise<Outcome> {
  let last = 'nothing to connect to';
  for (const target of targets) {
    const fault = await connectTo(target);
    if (fault === undefined) return done(`${nameOf(target)} took the connection`);
    last = fault;
  }
  return refused(last);
}

/** Nothing is sent, and what is said is not read. */
async function connectTo(target: Target): Promise<string | undefined> {
  const socket = connect(target);
  const fault = await new Promise<string | undefined>((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('error', (error) => resolve(codeOf(error)));
    setTimeout(() => resolve('no answer'), PATIENCE).unref();
  });
  socket.on('error', () => {}); // it is over
  socket.destroy();
  return fault;
}

/** Milliseconds; on this machine and next to it an answer takes one. */
const PATIENCE = 700;

function nameOf(target: Target): string {
  return 'path' in target ? target.path.replace('\0', '@') : `${target.host}:${target.port}`;
}

/** An answer of any kind is one: the question got out. Nobody can have a name below `.invalid`: RFC 6761. */
export async function asksNameServers(servers: readonly string[]): Promise<Outcome> {
  const resolver = new Resolver({ timeout: PATIENCE, tries: 1 });
  resolver.setServers(servers);
  try {
    await resolver.resolve4('mcp-secure-run.invalid');
  } catch (error) {
    const code = codeOf(error);
    if (!ANSWERS.includes(code)) return refused(code);
  }
  return done(`${servers.join(', ')} answered`);
}

/** What c-ares makes of answers that say no. */
const ANSWERS = ['ENOTFOUND', 'ENODATA', 'EFORMERR', 'ESERVFAIL', 'ENOTIMP', 'EREFUSED'];

export function interfaces(): Outcome {
  const others = Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some(({ internal }) => !internal))
    .map(([name]) => name);
  return others.length > 0 ? done(`there: ${others.join(', ')}`) : refused('its own loopback alone');
}
