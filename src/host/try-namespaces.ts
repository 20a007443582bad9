import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import type { Attempt } from '../confine/machine.ts';
import { runBriefly, type Credentials } from './run-briefly.ts';

/** Has bubblewrap make each namespace of a sandbox for real, one after the other, and run /bin/true in it. */
export function tryNamespaces(credentials: Credentials): readonly Attempt[] {
  return ATTEMPTS.map(([made, options]) => {
    const args = [
      '--unshare-user',
      ...options,
      ...SYSTEM.flatMap((path) => ['--ro-bind-try', path, path]),
      '--',
      '/bin/true',
    ];
    const { code, errors } = runBriefly(BUBBLEWRAP, args, credentials);
    return { made, said: code === 0 ? undefined : errors };
  });
}

/** As in `confine/bubblewrap.ts`; `nested` is what keeps a server from making more. */
const ATTEMPTS: readonly (readonly [Attempt['made'], readonly string[]])[] = [
  ['user', []],
  ['nested', ['--disable-userns', '--assert-userns-disabled']],
  ['pid', ['--unshare-pid']],
  ['ipc', ['--unshare-ipc']],
  ['uts', ['--unshare-uts']],
  ['cgroup', ['--unshare-cgroup']],
  ['net', ['--unshare-net']],
  ['proc', ['--unshare-pid', '--proc', '/proc']],
];

/** What /bin/true needs. */
const SYSTEM = ['/usr/bin', '/usr/lib', '/usr/lib64', '/bin', '/lib', '/lib64'];
