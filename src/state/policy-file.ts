import { isUtf8 } from 'node:buffer';
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, resolve as absolute } from 'node:path';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { stepsOf } from '../host/host.ts';
import { custody } from '../match/custody.ts';
import { pathAndAncestors } from '../match/path.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';

export interface PolicyFile {
  /** The real path. */
  readonly file: string;
  readonly text: string;
  /** Whether root owns it, so that nobody else may have a say in what it means. */
  readonly isRoots: boolean;
}

/**
 * Where a policy file comes from, and so who may have a say in it. `own`: root and the user. `chosen`: the same, and it
 * may not lie in a repository, for someone named it on the command line whom a repository's author may have told to.
 * `managed`: root alone. `project`: anyone, for its content is compared with what was trusted.
 */
export type Provenance = 'own' | 'chosen' | 'managed' | 'project';

/**
 * Reads a policy, or says why it cannot be trusted. The file is opened once, and what is open is what is judged and
 * read: a regular file of 1 MiB at most, which nobody else than its {@link Provenance} admits can write or replace.
 */
export function readPolicyFile(path: string, provenance: Provenance, uid: number): Decision<PolicyFile> {
  try {
    return readOpened(path, provenance, provenance === 'managed' ? 0 : uid);
  } catch (error) {
    return deny(isAbsent(error) ? missing(path, provenance) : unreadable(path, error));
  }
}

function readOpened(path: string, provenance: Provenance, uid: number): Decision<PolicyFile> {
  const file = realpathSync.native(absolute(path));
  // O_NOFOLLOW: what was resolved is opened, or nothing. O_NONBLOCK: a FIFO is refused, not waited for.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile())
      return deny(refusal('policy-not-a-file', `${file} is not a regular file`, 'write the policy into a file'));
    if (stats.size > MAX_BYTES)
      return deny(
        refusal(
          'policy-too-large',
          `${file} is larger than 1 MiB`,
          'split it: no policy that a person reviews is so long',
        ),
      );

    const own = { path: file, uid: stats.uid, gid: stats.gid, mode: stats.mode };
    // The link that led here decides which policy applies, so the way to it is judged as well.
    const ways = new Set([dirname(file), realpathSync.native(dirname(absolute(path)))]);
    const keepers = [custody([own], uid), ...[...ways].map((way) => custody(stepsOf(way), uid))];
    const foreign = provenance === 'project' ? undefined : keepers.find((keeper) => keeper.of === 'others');
    if (foreign?.of === 'others') return deny(notOurs(file, foreign.path, foreign.fault, provenance));

    const repository =
      provenance === 'chosen'
        ? pathAndAncestors(dirname(file)).findLast((directory) => existsSync(`${directory}/.git`))
        : undefined;
    if (repository !== undefined) return deny(inRepository(file, repository));

    const text = readWhole(descriptor, stats.size);
    if (text === undefined) return deny(refusal('policy-syntax', `${file} is not UTF-8`, 'save it as UTF-8'));
    return allow({ file, text, isRoots: stats.uid === 0 });
  } finally {
    closeSync(descriptor);
  }
}

const MAX_BYTES = 1024 * 1024;

/** Not a byte more than was judged, should the file grow meanwhile; undefined when it is not UTF-8. */
function readWhole(descriptor: number, size: number): string | undefined {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  for (let read = -1; read !== 0 && length < size; length += read) {
    read = readSync(descriptor, bytes, length, size - length, null);
  }
  const whole = bytes.subarray(0, length);
  return isUtf8(whole) ? whole.toString().replace(/^\uFEFF/, '') : undefined;
}

function missing(path: string, provenance: Provenance): Finding {
  const hint =
    provenance === 'chosen'
      ? 'correct the path after `--policy`'
      : 'write one there; the README shows a policy of five lines';
  return refusal('policy-missing', `there is no policy at ${path}`, hint);
}

function unreadable(path: string, error: unknown): Finding {
  const code = codeOf(error);
  return code === 'ELOOP'
    ? refusal(
        'policy-unreadable',
        `${path} changed while it was opened, or its links go round in a circle`,
        'write the policy as a plain file',
      )
    : refusal('policy-unreadable', `${path} cannot be read (${code})`, `check who may read it: \`namei -l ${path}\``);
}

function notOurs(file: string, step: string, fault: 'owner' | 'writable', provenance: Provenance): Finding {
  const isFile = step === file;
  const what = isFile ? file : `${step}, above ${file},`;
  if (fault === 'writable') {
    return refusal('policy-writable', `${what} can be written by other accounts`, `\`chmod go-w ${step}\``);
  }
  if (provenance === 'managed') {
    const hint = `\`sudo chown root:root ${step}\`, after a look at it`;
    return refusal('policy-owner', `${what} does not belong to root, and the managed policy is root’s alone`, hint);
  }
  return refusal(
    'policy-owner',
    `${what} belongs to neither root nor you, so another account decides what it allows`,
    isFile ? `\`sudo chown "$(id -un)" ${step}\`, after a look at it` : 'move the policy below a directory of yours',
  );
}

function inRepository(file: string, repository: string): Finding {
  return refusal(
    'policy-in-repository',
    `${file} lies in the repository ${repository}, whose authors could widen it`,
    'move it out of the repository, for example to ~/.config/mcp-secure-run/policy.yaml',
  );
}
