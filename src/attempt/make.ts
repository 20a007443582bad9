import type { Attempt, Outcome } from '../attack/attempt.ts';
import { refused } from '../attack/attempt.ts';
import { append, create, find, link, mountedWritable, plant, read } from './files.ts';
import { asksNameServers, connects, interfaces } from './network.ts';
import { becomesRoot, descriptors, hostName, memory, rights, search, signal, variable } from './processes.ts';
import { calls, runs, typesKeystroke } from './programs.ts';
import { terminal } from './terminal.ts';

/** Makes one attempt. What the system says against it is its outcome, never an exception. */
export async function make(attempt: Attempt): Promise<Outcome> {
  try {
    return await tried(attempt);
  } catch (error) {
    return refused(nameOf(error));
  }
}

async function tried(attempt: Attempt): Promise<Outcome> {
  switch (attempt.do) {
    case 'read':
      return read(attempt.path, attempt.text);
    case 'find':
      return find(attempt.paths);
    case 'create':
      return create(attempt.path);
    case 'append':
      return append(attempt.paths);
    case 'link':
      return link(attempt.from, attempt.to);
    case 'plant':
      return plant(attempt.places, attempt.to);
    case 'mounted-writable':
      return mountedWritable(attempt.paths);
    case 'variable':
      return variable(attempt.name);
    case 'search-processes':
      return search(attempt.file, attempt.texts);
    case 'signal':
      return signal(attempt.pid, attempt.text);
    case 'memory':
      return memory(attempt.pid, attempt.text);
    case 'descriptors':
      return descriptors(attempt.text);
    case 'become-root':
      return becomesRoot(attempt.file);
    case 'rights':
      return rights();
    case 'host-name':
      return hostName(attempt.name);
    case 'terminal':
      return terminal();
    case 'keystroke':
      return typesKeystroke();
    case 'connect':
      return connects(attempt.to);
    case 'name-servers':
      return asksNameServers(attempt.servers);
    case 'interfaces':
      return interfaces();
    case 'run':
      return runs(attempt.file, attempt.args);
    case 'call':
      return calls(attempt.number, attempt.args);
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
