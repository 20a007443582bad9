import { BUBBLEWRAP } from '../confine/bubblewrap.ts';
import { bubblewrapMissing, diagnose } from '../confine/diagnose.ts';
import { judgeBubblewrap } from '../confine/judge-bubblewrap.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { surroundings } from '../host/surroundings.ts';
import { codeOf } from '../host/system-error.ts';
import { readSystem } from '../host/system.ts';
import type { LaunchFault } from '../confine/launch-fault.ts';

/** A fault in words, by what this machine is like: looked into only when there is one. */
export function tellFault(fault: LaunchFault): Finding {
  switch (fault.kind) {
    case 'no-bubblewrap':
      return bubblewrapMissing(BUBBLEWRAP, readSystem());
    case 'untrusted-bubblewrap':
      return judgeBubblewrap(fault) ?? bubblewrapMissing(BUBBLEWRAP, readSystem());
    case 'not-built':
      return diagnose(fault.words, surroundings());
    case 'no-landlock':
      return refusal(
        'sandbox-unavailable',
        `Landlock could not confine the server: ${fault.words.trim().split('\n').at(-1) ?? ''}`,
        '`landlock-only` takes Linux 6.12 or newer with `landlock` in /sys/kernel/security/lsm; nothing runs unconfined meanwhile',
      );
    case 'silent':
      return refusal(
        'sandbox-silent',
        `bubblewrap did not build the sandbox within ${fault.seconds} s`,
        'look for a network file system that hangs among the granted paths',
      );
    case 'not-started':
      return notStarted(fault);
    case 'changed':
      return refusal(
        'path-changed',
        `\`${fault.path}\` became another file while the server was being started`,
        'start it again; if this comes back, find out what replaces that file',
      );
    case 'package':
      return fault.finding;
    case 'no-state':
      return refusal(
        'state-unusable',
        `${fault.path}, where the server’s \`state\` is kept, cannot be made or opened (${fault.code})`,
        `look at it and at the disk: \`namei -l ${fault.path}; df ${fault.path}\``,
      );
    case 'no-filter':
      return refusal(
        'sandbox-unavailable',
        `there is no filter for the system calls of this processor, ${process.arch}: ${fault.path}`,
        'install mcp-secure-run anew, on x64 or arm64; `unsafe: [no-sandbox]` gives up confinement',
      );
    case 'no-helper':
      return refusal(
        'helper-missing',
        `${fault.what} need the native helper, which was not built`,
        'install a C compiler and build again: `sudo apt install gcc && npm run build`',
        fault.at,
      );
    case 'no-network':
      return refusal(
        'network-failed',
        `the way to the hosts of \`network\` could not be opened: ${fault.words}`,
        '`mcp-secure-run doctor` shows what this machine can do; `network: none` needs no way',
      );
  }
}

function notStarted({ file, uid, error }: Extract<LaunchFault, { kind: 'not-started' }>): Finding {
  const why = error instanceof Error ? error.message : String(error);
  if (codeOf(error) === 'E2BIG') {
    const hint = 'give the server less in `args`, `env` and `pass`; the system takes 2 MiB in all, 128 KiB of each';
    return refusal('launch-failed', `${file} cannot be started: ${why}`, hint);
  }
  return uid === undefined
    ? refusal(
        'launch-failed',
        `${file} cannot be started: ${why}`,
        `start it by hand; \`ulimit -u\` shows how many processes you may have`,
      )
    : refusal(
        'launch-failed',
        `${file} cannot be started under the account ${uid}: ${why}`,
        'write `runAs:` with an account that this system can change to',
      );
}
