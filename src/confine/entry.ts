import type { Plan } from '../plan/plan.ts';

/**
 * The command that bubblewrap starts inside, before the server: it sets what a process may use up, says that the sandbox
 * stands, waits to be told that the launcher still lives, and becomes the server.
 *
 * A constant text: numbers and command come as arguments, never as part of it. What the shell cannot set ends it, unless
 * less is allowed already. `--die-with-parent` alone has a gap of some milliseconds between fork(2) and prctl(2), in
 * which a killed launcher leaves a server behind: hence the wait.
 */
export function entry({ memory, processes, openFiles, fileSize, cpu }: Plan['limits'], argv: Plan['argv']) {
  // No core files: they would hold what the server knew. Of data, in kibibytes, no limit but a stop for what outruns the
  // watch over `memory`: each thread reserves 8 MiB that it does not use.
  let limits = `-c 0 -n ${openFiles?.value} -d ${Math.ceil((memory?.value ?? 0) / 512) + 1024 ** 2}`;
  if (fileSize) limits += ` -f ${Math.floor(fileSize.value / 512)}`;
  const seconds = Math.ceil((cpu?.value ?? 0) / 1000);
  // SIGXCPU, and a second later SIGKILL for a server that goes on.
  if (cpu) limits += ` -t ${seconds + 1} -St ${seconds}`;
  return ['/bin/sh', '-c', SCRIPT, 'sh', `${processes?.value}`, ...limits.split(' '), '--', ...argv];
}

/**
 * Where `ulimit` has the number of processes is `-u` in bash and `-p` in dash; `-p` of bash is a thing that cannot be
 * set. It counts in the sandbox's own user namespace, so it must be set here: outside it would count all that the
 * account runs.
 */
const SCRIPT =
  'ulimit -u "$1" 2>&- || ulimit -p "$1" 2>&- || [ "$(ulimit -Hu 2>&- || ulimit -Hp)" -le "$1" ] || exit 125; shift; ' +
  'while [ "$1" != -- ]; do ulimit "$1" "$2" 2>&- || [ "$(ulimit -H "$1")" -le "$2" ] || exit 125; shift 2; done; ' +
  'shift; echo >&3; read -r _ <&3 || exit 125; unset PWD OLDPWD SHLVL; exec 3>&-; exec "$@"';
