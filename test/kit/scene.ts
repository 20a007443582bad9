import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { idsOf, isRoot, ownHome } from './account.ts';
import { COMMAND, msr, REPOSITORY } from './command.ts';
import type { Home } from './home.ts';

export const FIXTURES = `${REPOSITORY}/fixtures/findings`;

/** What `IDENT.json` may say; the README beside it says what it means. */
interface Said {
  readonly words?: string;
  readonly files?: Readonly<Record<string, string | Put>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly as?: 'root' | 'ann' | 'stranger';
  readonly bwrap?: { readonly text?: string; readonly mode?: string; readonly remove?: true };
  readonly helper?: { readonly text?: string; readonly remove?: true };
  readonly kept?: { readonly from: string; readonly to: string };
  readonly exit?: number;
}

interface Put {
  readonly text?: string;
  readonly size?: number;
  readonly directory?: true;
  readonly link?: string;
  readonly mode?: string;
  readonly owner?: string;
}

/** What a command came to, with the names that the fixture has for paths. */
interface Played {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** The situation of a fixture: built in a directory of the test, which stands for /home/ann. */
export class Scene {
  readonly words: readonly string[];
  readonly exit: number | undefined;
  /** Whether only root can build it. */
  readonly takesRoot: boolean;
  readonly #ident: string;
  readonly #fixture: Said;
  readonly #hasMachine: boolean;

  constructor(ident: string) {
    const text = read(`${ident}.json`);
    const fixture: Said = text === undefined ? {} : JSON.parse(text);
    const { as, bwrap, helper, words = 'explain crm', exit } = fixture;
    const isOther = as === 'stranger' || (isRoot && as === 'ann');
    this.#ident = ident;
    this.#fixture = fixture;
    this.#hasMachine =
      isOther || bwrap !== undefined || helper !== undefined || read(`${ident}.managed.yaml`) !== undefined;
    this.words = words.split(' ');
    this.exit = exit;
    this.takesRoot = this.#hasMachine || as === 'root';
  }

  /** Builds it, and answers what plays the command in it. It is there until `onFinished` calls back. */
  async build(onFinished: (remove: () => void) => void): Promise<(...words: readonly string[]) => Promise<Played>> {
    const { files = {}, env = {}, cwd = '/', kept } = this.#fixture;
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'msr-test-')));
    onFinished(() => rmSync(directory, { recursive: true, force: true }));
    chmodSync(directory, 0o755);
    const names = this.#hasMachine ? [['/home/ann', join(directory, 'ann')] as const] : namesIn(directory);
    const here = (text: string): string => names.reduce((all, [name, path]) => all.replaceAll(name, path), text);
    const neutral = (text: string): string =>
      [...names, ['/home/ann', ownHome] as const].reduce((all, [name, path]) => all.replaceAll(path, name), text);

    const policy = read(`${this.#ident}.yaml`);
    const all = [...(policy === undefined ? [] : [[POLICY, policy] as const]), ...Object.entries(files)];
    for (const [path, what] of all) put(here(path), what, here, this.#hasMachine ? UIDS.ann : undefined);

    const home: Home = {
      directory,
      policy: here(POLICY),
      write: (name, text) => (put(join(directory, name), text, here, undefined), join(directory, name)),
    };
    const play = async (...words: readonly string[]): Promise<Played> => {
      const options = {
        env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)])),
        cwd: here(cwd),
        input: words[0] === 'run' ? REQUEST : '',
      };
      const args = words.map(here);
      const { stdout, stderr, exitCode } = this.#hasMachine
        ? await this.#onMachine(directory, args, options)
        : await msr(home, args, options);
      return { stdout: neutral(String(stdout)), stderr: neutral(String(stderr)), exitCode };
    };
    if (kept) {
      await play('check');
      replaceIn(join(here('/home/ann/.local/state/mcp-secure-run'), 'compiled'), kept);
    }
    return play;
  }

  /** The command on a machine of its own, where `/etc` and `/usr/bin` are copies that this one run can change. */
  async #onMachine(
    directory: string,
    args: readonly string[],
    { env, ...options }: { env: Readonly<Record<string, string>>; cwd: string; input: string },
  ) {
    const machine = join(directory, 'machine');
    makeDirectory(machine, undefined);
    for (const [fixture, name] of MANAGED) {
      const text = read(`${this.#ident}.${fixture}`);
      if (text !== undefined) put(join(machine, 'managed', name), text, (same) => same, undefined);
    }
    putBubblewrap(machine, this.#fixture);
    putHelper(machine, this.#fixture);
    const uid = String(this.#fixture.as === 'stranger' ? UIDS.stranger : UIDS.ann);
    const variables = Object.entries({ PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env });
    return execa(
      'unshare',
      [
        ...['--mount', 'sh', `${FIXTURES}/machine.sh`],
        ...['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`)],
        ...['setpriv', '--reuid', uid, '--regid', uid, '--clear-groups'],
        ...['/mnt/bin/node', COMMAND.replace(REPOSITORY, '/mnt/code'), ...args],
      ],
      {
        ...options,
        reject: false,
        env: { ANN: join(directory, 'ann'), MACHINE: machine, CODE: REPOSITORY, NODE: process.execPath },
      },
    );
  }
}

const POLICY = '/home/ann/.config/mcp-secure-run/policy.yaml';
const MANAGED = [
  ['managed.yaml', 'policy.yaml'],
  ['managed.d.yaml', 'policy.d/20-sales.yaml'],
] as const;
const UIDS = { ann: 1234, stranger: 54321 };
const REQUEST = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} })}\n`;

function read(name: string): string | undefined {
  return existsSync(`${FIXTURES}/${name}`) ? readFileSync(`${FIXTURES}/${name}`, 'utf8') : undefined;
}

/** What a fixture calls the places of a home that `MCP_SECURE_RUN_HOME` moves, the longer names first. */
function namesIn(directory: string): (readonly [name: string, path: string])[] {
  return [
    ['/home/ann/.config/mcp-secure-run', join(directory, 'config')],
    ['/home/ann/.local/state/mcp-secure-run', join(directory, 'state')],
    ['/home/ann/.local/share/mcp-secure-run', join(directory, 'data')],
    ['/home/ann', directory],
  ];
}

function put(path: string, what: string | Put, here: (text: string) => string, uid: number | undefined): void {
  const { text, size, directory, link, mode, owner } = typeof what === 'string' ? { text: what } : what;
  makeDirectory(dirname(path), uid);
  if (link !== undefined) symlinkSync(here(link), path);
  else if (directory) makeDirectory(path, uid);
  else if (text !== undefined || size !== undefined) writeFileSync(path, here(text ?? ''));
  if (size !== undefined) truncateSync(path, size);
  if (uid !== undefined) lchownSync(path, uid, uid);
  if (owner !== undefined) chownSync(path, idsOf(owner).uid, idsOf(owner).gid);
  if (mode !== undefined) chmodSync(path, Number.parseInt(mode, 8));
}

/** With those above it, each for others to enter: as root, servers run under another account. */
function makeDirectory(path: string, uid: number | undefined): void {
  if (lstatSync(path, { throwIfNoEntry: false })) return;
  makeDirectory(dirname(path), uid);
  mkdirSync(path);
  chmodSync(path, 0o755);
  if (uid !== undefined) chownSync(path, uid, uid);
}

function putBubblewrap(machine: string, { bwrap }: Said): void {
  if (!bwrap) return;
  const path = join(machine, bwrap.remove ? 'no-bwrap' : 'bwrap');
  if (bwrap.text === undefined) copyFileSync('/usr/bin/bwrap', path);
  else writeFileSync(path, bwrap.text);
  chmodSync(path, Number.parseInt(bwrap.mode ?? '755', 8));
}

function putHelper(machine: string, { helper }: Said): void {
  if (!helper) return;
  const path = join(machine, helper.remove ? 'no-helper' : 'helper');
  writeFileSync(path, helper.text ?? '');
  chmodSync(path, 0o755);
}

function replaceIn(directory: string, { from, to }: NonNullable<Said['kept']>): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(from, to));
  }
}
