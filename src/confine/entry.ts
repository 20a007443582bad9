/**
 * What runs inside before the server: it says on descriptor 3 that the sandbox stands, waits there to be told that the
 * launcher still lives, and becomes the server. `--die-with-parent` alone has a gap of some milliseconds between fork(2)
 * and prctl(2), in which a killed launcher leaves a server behind.
 *
 * `helper` is the descriptor of the native one. It is executed through it, so that it needs no place in the sandbox.
 */
export function entry(argv: readonly string[], helper: string | undefined): readonly string[] {
  return helper === undefined ? [...SHELL, ...argv] : [`/proc/self/fd/${helper}`, 'enter', '--', ...argv];
}

/** A constant text: what it runs comes as arguments, never as part of it. */
const SHELL = [
  '/bin/sh',
  '-c',
  'echo >&3; read -r _ <&3 || exit 125; unset PWD OLDPWD SHLVL; exec 3>&-; exec "$@"',
  'sh',
];
