import type { Script } from './identity.ts';
import { faultAt, misread, type Fault, type Reading } from './reading.ts';

/**
 * `node /path/to/server.js`: a program whose first argument is the program. No option is taken, for each of these has
 * some that run code, and more with each release. What is taken is judged once more by its real path, in the plan.
 */
export function readInterpreter(command: string, args: readonly string[], runner: Script['runner']): Reading {
  const [script] = args;
  if (script === undefined)
    return noScript(command, -1, `\`${command}\` runs what is written to it, and is given no file`);
  if (script.startsWith('-') && script !== '-') return refused(command, script, INSTEAD[script]);
  if (!script.startsWith('/'))
    return noScript(
      command,
      0,
      script === '-' ? '`-` runs what the client writes' : `\`${script}\` is not an absolute path`,
    );
  return { ok: true, identity: { kind: 'script', runner, path: script }, consumed: 1 };
}

/** Programs that are told from others by their names alone; the plan asks the real path. */
export function runnerOf(command: string): Script['runner'] | undefined {
  return RUNNERS.find(([, names]) => names.test(command))?.[0];
}

const RUNNERS: readonly (readonly [Script['runner'], RegExp])[] = [
  ['node', /^node(?:js)?(?:-?\d[\d.]*)?$/],
  ['python', /^python(?:\d(?:\.\d+t?)?)?$/],
  ['shell', /^(?:sh|dash|bash|zsh|ksh|busybox)$/],
];

function noScript(command: string, token: number, message: string): Fault {
  const hint = `write the absolute path of the file after \`${command}\``;
  return faultAt(token, misread('interpreter-script', message, hint));
}

function refused(command: string, option: string, instead: string | undefined): Fault {
  const message = `\`${option}\` is an option of \`${command}\`, and could make it run anything`;
  const hint = instead ?? `the first argument of \`${command}\` is the program: its absolute path`;
  return faultAt(0, misread('interpreter-option', message, hint));
}

const INSTEAD: Readonly<Record<string, string>> = {
  '-m': 'write the path of the module’s file, or the package: `pypi:name==1.2.3`',
  '-u': 'leave it out, and write `env: { PYTHONUNBUFFERED: "1" }` if the server needs it',
  '-e': 'write the program to a file, and its absolute path here',
  '-c': 'write the program to a file, and its absolute path here',
  '--env-file': 'variables come from the policy: `env`, `pass`',
};
