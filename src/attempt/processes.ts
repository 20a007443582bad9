import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { done, refused, untried, type Outcome } from '../attack/attempt.ts';

export function variable(name: string): Outcome {
  return process.env[name] === undefined ? refused('it is not there') : done('it is there');
}

/** Every process but itself. */
export function search(file: 'environ' | 'cmdline', texts: readonly string[]): Outcome {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = pids.filter((pid) => {
    const text = tell(`/proc/${pid}/${file}`);
    return texts.some((one) => text.includes(one));
  });
  const [first] = found;
  return first === undefined ? refused('in none that it sees') : done(`in /proc/${first}/${file}`);
}

export function signal(pid: number, text: string): Outcome {
  const told = tell(`/proc/${pid}/cmdline`);
  // In namespaces of its own, another process may have that number.
  if (told !== '' && !told.includes(text)) return refused('another process has its number');
  process.kill(pid, 0);
  return done('it may be sent signals');
}

export function memory(pid: number, text: string): Outcome {
  const told = tell(`/proc/${pid}/cmdline`);
  if (told !== '' && !told.includes(text)) return refused('another process has its number');
  closeSync(openSync(`/proc/${pid}/mem`, 'r'));
  return done('its memory opens');
}

export function descriptors(text: string): Outcome {
  const open = readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor > 2);
  const found = open.find((descriptor) => holds(descriptor, text));
  return found === undefined ? refused('it is not open') : done(`open as ${found}`);
}

function holds(descriptor: number, text: string): boolean {
  try {
    const bytes = Buffer.alloc(256);
    return (
      fstatSync(descriptor).isFile() &&
      bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, 0)).includes(text)
    );
  } catch {
    return false; // closed meanwhile, as the one of the listing
  }
}

/** The program itself does nothing: it is asked for its version, and ended. */
export async function becomesRoot(file: string): Promise<Outcome> {
  const child = spawn(file, ['--version'], { stdio: 'ignore' });
  // Until its end is waited for, which is not before this returns, its status is there: proc_pid_status(5).
  const status = child.pid === undefined ? '' : tell(`/proc/${child.pid}/status`);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  child.kill('SIGKILL');
  await ended;
  const [, effective] = /^Uid:\t\d+\t(\d+)/m.exec(status) ?? [];
  if (effective === undefined) return untried(`${file} cannot be started`);
  return effective === '0' ? done(`${file} was root`) : refused(`${file} stayed what it was`);
}

/** proc_pid_status(5). */
export function rights(): Outcome {
  const status = readFileSync('/proc/self/status', 'latin1');
  const valueOf = (name: string): string => new RegExp(`^${name}:\\s*(\\w+)$`, 'm').exec(status)?.[1] ?? '';
  const capabilities = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].filter((name) => !/^0+$/.test(valueOf(name)));
  const faults = [
    ...(capabilities.length > 0 ? [`capabilities (${capabilities.join(', ')})`] : []),
    ...(valueOf('NoNewPrivs') === '1' ? [] : ['new privileges']),
    ...(valueOf('Seccomp') === '2' ? [] : ['no filter for system calls']),
  ];
  return faults.length > 0 ? done(faults.join(', ')) : refused('no capability, no new privileges, a filter');
}

export function hostName(name: string): Outcome {
  return hostname() === name ? done('it is there') : refused('another name is there');
}

function tell(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // another account's, or ended meanwhile
  }
}
