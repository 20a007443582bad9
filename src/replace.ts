import { accessSync, constants, fstatSync, statSync } from 'node:fs';
import { BUBBLEWRAP } from './confine/bubblewrap.ts';
import { confine } from './confine/confine.ts';
import { enterByHelper } from './confine/enter.ts';
import type { Values } from './confine/environment.ts';
import { isTrusted } from './confine/judge-bubblewrap.ts';
import type { Extras, Launch } from './decide-launch.ts';
import { whatKeepsLauncher } from './plan/keeps-launcher.ts';
import { handOver } from './relay/hand-over.ts';
import { helperIn } from './relay/helper.ts';

/** What a start has at hand. */
interface Here extends Pick<Extras, 'locked' | 'masks'> {
  readonly built: string;
  readonly refusal: () => Promise<{ readonly newsOf: (launch: Launch) => readonly string[] }>;
  readonly onWarm?: () => void;
}

/**
 * Puts the native helper in the launcher's place, which is what `unsafe: [no-guard]` is for. Returns where the launcher
 * has something to do, where this Node.js or machine cannot, and where anything is not as it should be: the ordinary
 * start says what. Nothing is read of stdin.
 */
export async function replaceLauncher(launch: Launch, values: Values, here: Here): Promise<void> {
  const { plan, options } = launch;
  const { execve }: NodeJS.Process & { readonly execve?: Execve } = process;
  const helper = helperIn(here.built);
  if (!execve || helper === undefined || options.verbose || whatKeepsLauncher(plan).length > 0) return;
  if (process.env[STAY] !== undefined || ![0, 1, 2].every(isForServer) || !isExecutable(helper)) return;
  const { locked } = plan.program;
  const { newsOf } = await here.refusal();
  const entering = locked ? here.locked().enterSeeingTree(enterByHelper) : enterByHelper;
  const handed = handOver(confine(plan, values, entering, here.masks), here.built, {
    ...{ server: plan.server, grace: plan.limits.shutdown?.value ?? 0, isLocked: locked !== undefined },
    ...{ isQuiet: options.quiet, words: newsOf(launch).map(ourLine).join('') },
  });
  if (handed === undefined) return;

  const environment = { ...process.env, [HANDED]: handed };
  const words = ['mcp-secure-run', 'tend', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  if (sizeOf(words, environment) > MOST) return;
  here.onWarm?.();
  try {
    execve.call(process, helper, words, environment);
  } catch {
    // As of Node.js 26, which says so; older ones end: hence the looks before.
  }
}

type Execve = (file: string, words: readonly string[], environment: NodeJS.ProcessEnv) => never;

/** Set where the helper could not: it can make a launcher stay, and nothing else. */
const STAY = 'MCP_SECURE_RUN_STAY';
const HANDED = 'MCP_SECURE_RUN_TEND';
/** What execve(2) takes of words and variables under any limit of the stack is 128 KiB, and as much of each. */
const MOST = 120_000;

function sizeOf(words: readonly string[], environment: NodeJS.ProcessEnv): number {
  const all = [...words, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
  return all.reduce((size, one) => size + Buffer.byteLength(one) + POINTER, 0);
}

/** With the zero at the end. */
const POINTER = 9;

/**
 * The server gets the client's own: no terminal to read the keys of, no file to read or to cut. Of what is not a pipe,
 * the end of input cannot be seen without reading.
 */
function isForServer(descriptor: number): boolean {
  const stats = fstatSync(descriptor);
  return stats.isFIFO() || stats.isSocket() || (descriptor > 0 && stats.isCharacterDevice() && stats.rdev === NULL);
}

/** Of /dev/null: null(4). */
const NULL = 0x103;

function isExecutable(helper: string): boolean {
  try {
    accessSync(helper, constants.X_OK);
    return isTrusted(statSync(BUBBLEWRAP));
  } catch {
    return false;
  }
}

function ourLine(text: string): string {
  return `${text.trimEnd().replace(/^(?=.)/gm, 'mcp-secure-run: ')}\n`;
}
