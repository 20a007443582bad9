import type { Plan } from '../plan/plan.ts';
import { PROCESSES, processLimits } from './process-limits.ts';

/** What `Enter` promises, where no native helper was built. Numbers and command come as arguments of a constant text. */
export function enterByShell({ limits, argv }: Pick<Plan, 'limits' | 'argv'>): readonly string[] {
  const set = processLimits(limits);
  const words = set.flatMap(({ number, soft, hard }) => {
    const [flag, unit] = IN_ULIMIT[number] ?? [];
    if (flag === undefined || unit === undefined) return [];
    const inUnits = (value: number): string => String(Math.floor(value / unit));
    return [`-${flag}`, inUnits(hard), ...(hard === soft ? [] : [`-S${flag}`, inUnits(soft)])];
  });
  const processes = set.find(({ number }) => number === PROCESSES)?.hard;
  return ['/bin/sh', '-c', SCRIPT, 'sh', String(processes), ...words, '--', ...argv];
}

/** By the number of setrlimit(2): its letter for `ulimit`, and in how many bytes or else that counts. */
const IN_ULIMIT: Readonly<Record<number, readonly [flag: string, unit: number]>> = {
  0: ['t', 1],
  1: ['f', 512],
  2: ['d', 1024],
  4: ['c', 1],
  7: ['n', 1],
};

/**
 * Where `ulimit` has the number of processes is `-u` in bash and `-p` in dash; `-p` of bash is a thing that cannot be
 * set. It must be set here: outside the sandbox it would count all that the account runs.
 */
const SCRIPT =
  'ulimit -u "$1" 2>&- || ulimit -p "$1" 2>&- || [ "$(ulimit -Hu 2>&- || ulimit -Hp)" -le "$1" ] || exit 125; shift; ' +
  'while [ "$1" != -- ]; do ulimit "$1" "$2" 2>&- || [ "$(ulimit -H "$1")" -le "$2" ] || exit 125; shift 2; done; ' +
  'shift; echo >&3; read -r _ <&3 || exit 125; unset PWD OLDPWD SHLVL; exec 3>&-; exec "$@"';
