import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { clientEnv, COMMAND, REPOSITORY } from './command.ts';
import { makeHome } from './home.ts';

export interface Result {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a machine has that is made out of this one: the policy's one server, and what comes in by stdin. */
export interface Given {
  readonly server: string;
  readonly input?: string;
}

const MACHINES = `${REPOSITORY}/fixtures/machines`;

/** Runs ours where mounts are its own, and `machine`, if any, has made them another machine's. Takes root. */
export async function onMachine(
  machine: string | undefined,
  given: Given,
  ...words: readonly string[]
): Promise<Result> {
  const through = machine === undefined ? [] : ['sh', `${MACHINES}/${machine}`];
  return unshare(['--mount', ...through, process.execPath, COMMAND, ...words], given);
}

/** The same where no user namespace can be made. */
export async function withoutUserNamespaces(given: Given, ...words: readonly string[]): Promise<Result> {
  const script = `read -r _; exec sh ${MACHINES}/without-user-namespaces.sh "$@"`;
  const args = ['--user', 'sh', '-c', script, 'sh', process.execPath, COMMAND, ...words];
  return unshare(args, given, async (pid) => {
    await isInOwnUserNamespace(pid);
    // Every account is mapped to itself: whoever is root outside is root inside, and so are the files.
    writeFileSync(`/proc/${pid}/uid_map`, '0 0 100000');
    writeFileSync(`/proc/${pid}/gid_map`, '0 0 100000');
  });
}

async function unshare(
  args: readonly string[],
  { server, input = '' }: Given,
  prepare?: (pid: number) => Promise<void>,
): Promise<Result> {
  const home = makeHome(`version: 1\nservers:\n  ${server}\n`);
  const child = spawn('unshare', args, { env: { ...clientEnv(home), PATH: process.env.PATH }, stdio: 'pipe' });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  if (prepare && child.pid !== undefined) {
    await prepare(child.pid);
    child.stdin.write('\n');
  }
  child.stdin.end(input);
  const [exitCode] = await once(child, 'close');
  const [stdout, stderr] = await output;
  return { exitCode: Number(exitCode), stdout, stderr };
}

async function isInOwnUserNamespace(pid: number): Promise<void> {
  const outer = readlinkSync('/proc/self/ns/user');
  while (readlinkSync(`/proc/${pid}/ns/user`) === outer) await new Promise((done) => setTimeout(done, 5));
}
