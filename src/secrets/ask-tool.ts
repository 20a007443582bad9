import type { Argv, Provider } from '../policy/reference.ts';
import { failed, type Fault, type Read, type Surroundings } from './asked.ts';
import { findTool, judgeTool, trustedDirectories, type Found } from './find-tool.ts';
import { runTool, type Ran } from './run-tool.ts';
import { textOf, tooLong } from './text-of.ts';
import { baseEnvironment, passedEnvironment, PROXY } from './tool-environment.ts';
import type { ReferenceTo, Tool } from './tool.ts';

/** Asks a provider’s own command line. */
export async function askTool<P extends Provider>(
  tool: Tool<P>,
  reference: ReferenceTo<P>,
  around: Surroundings,
): Promise<Read> {
  const directories = trustedDirectories(around.programPath, around.host);
  const found = findTool(tool.program, directories, around.host);
  const passed = passedEnvironment([...tool.variables, ...(tool.goesOut ? PROXY : [])], around.host);
  if (!passed.ok) return passed;

  const env = { ...baseEnvironment(around.host, directories), ...tool.env, ...passed.env };
  const ran = await run(found, tool.program, tool.args(reference), env, around);
  if ('ok' in ran) return ran;
  if (ran.how === 'ended' && ran.code !== 0) {
    const unlock = tool.unlock(reference);
    if (tool.locked.test(ran.errors)) return said(ran, 'locked', `\`${tool.program}\` is locked`, unlock);
    if (tool.absent.test(ran.errors))
      return said(ran, 'absent', `\`${tool.program}\` has no such secret`, 'correct its name');
  }
  const read = readEnded(ran, `\`${tool.program}\``);
  if (!read.ok || !tool.pick) return read;
  const value = pickFrom(tool, read.value, reference);
  return value === undefined
    ? {
        ...failed('absent', `what \`${tool.program}\` has there lacks it`, 'correct what stands after `#`'),
        seen: read.value,
      }
    : { ok: true, value };
}

/** Asks a program that the policy names. */
export async function askCommand([file, ...args]: Argv, around: Surroundings): Promise<Read> {
  const env = baseEnvironment(around.host, trustedDirectories(around.programPath, around.host));
  const ran = await run(judgeTool(file, around.host), file, args, env, around);
  return 'ok' in ran ? ran : readEnded(ran, `\`${file}\``);
}

async function run(
  found: Found,
  called: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { patience = PATIENCE, signal }: Surroundings,
): Promise<Ran | Extract<Read, { ok: false }>> {
  return found.ok ? runTool({ file: found.file, called, args, env, patience, signal }) : found;
}

/** What a client waits for a server’s first answer is more: 30 s and 60 s. Milliseconds. */
export const PATIENCE = 15_000;

/** The output of one that ended well; else what it came to, in its own words. */
export function readEnded(ran: Ran, tool: string): Read {
  switch (ran.how) {
    case 'not-started':
      return said(ran, 'refused', `${tool} could not be started`, 'run it by hand to see what it lacks');
    case 'timeout':
      return said(ran, 'timeout', `${tool} did not answer in time`, 'run it by hand: it may wait for somebody');
    case 'too-long':
      return tooLong();
    case 'ended':
      return ran.code === 0
        ? textOf(ran.output)
        : said(
            ran,
            'refused',
            `${tool} ${ran.code === null ? 'was ended' : `ended with ${ran.code}`}`,
            'run it by hand to see why',
          );
  }
}

/** Only of one that failed: what it says when it succeeded may be the secret, on the wrong stream. */
export function said(ran: Ran, kind: Fault['kind'], message: string, hint: string): Extract<Read, { ok: false }> {
  const { fault } = failed(kind, message, hint);
  return { ok: false, fault: { ...fault, words: ran.errors }, seen: ran.output.toString() };
}

/** The words of a fault of JSON.parse hold a part of what it read. */
function pickFrom<P extends Provider>(tool: Tool<P>, output: string, reference: ReferenceTo<P>): string | undefined {
  try {
    return tool.pick?.(output, reference);
  } catch {
    return undefined;
  }
}
