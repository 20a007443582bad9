import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Place } from '../finding/finding.ts';

export interface Shebang {
  /** An absolute path, or a bare name that `env` would have looked up. */
  readonly interpreter: string;
  /** The one argument that the kernel would pass on. */
  readonly argument?: string;
}

/**
 * What the first line of a script asks for; undefined when the file is no script.
 *
 * We start the interpreter ourselves: left to the kernel, `#!/usr/bin/env node` would be looked up on a `PATH` that
 * the script's surroundings can change. So `env` may name a program, and do nothing else.
 */
export function readShebang(head: string, script: string, at: Place): Decision<Shebang | undefined> {
  if (!head.startsWith('#!')) return allow(undefined);
  const line = /^#![ \t]*([^\n\r]*?)[ \t]*\r?(?:\n|$)/.exec(head)?.[1] ?? '';
  const isWhole = head.includes('\n') || head.length < MAX_SHEBANG;
  const [, interpreter = '', rest = ''] = /^(\S+)[ \t]*(.*)$/.exec(line) ?? [];
  if (!isWhole || !interpreter.startsWith('/')) return deny(unreadable(script, line, at));
  if (!interpreter.endsWith('/env')) return allow({ interpreter, ...(rest !== '' && { argument: rest }) });
  return /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(rest) ? allow({ interpreter: rest }) : deny(unreadable(script, line, at));
}

/** Linux reads this many bytes of a script: BINPRM_BUF_SIZE, execve(2). */
const MAX_SHEBANG = 256;

function unreadable(script: string, line: string, at: Place) {
  return refusal(
    'shebang',
    `\`${script}\` begins with \`#!${line}\`, which does not name one interpreter by its path`,
    'write the interpreter as `command` and the script as its first argument',
    at,
  );
}

export function noRunner(script: string, asked: string, at: Place) {
  return refusal(
    'program-missing',
    `\`${script}\` asks for \`${asked}\`, which is not there`,
    `install \`${asked}\`, or add its directory to \`programPath\``,
    at,
  );
}
