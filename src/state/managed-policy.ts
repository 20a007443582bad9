import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { stepsOf } from '../host/host.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';
import { custody } from '../match/custody.ts';
import { MANAGED } from '../plan/protected-path.ts';
import { readPolicyFile, type PolicyFile } from './policy-file.ts';

/** The machine's policy, or none. What is there and cannot be read, or that root does not keep alone, is an error. */
export function readManagedPolicy(): Decision<readonly PolicyFile[]> {
  const names = listManaged();
  if (!names.allowed) return names;
  const files: PolicyFile[] = [];
  const findings: Finding[] = [];
  for (const path of names.granted) {
    const read = readPolicyFile(path, 'managed', 0);
    if (read.allowed) files.push(read.granted);
    else findings.push(...read.findings);
  }
  return findings.length > 0 ? deny(...findings) : allow(files);
}

/** Whether there is one. What is there and cannot be looked at counts as there. */
export function hasManagedPolicy(): boolean {
  const names = listManaged();
  return !names.allowed || names.granted.length > 0;
}

/** What is there must be root's alone, be what it is to be, and be readable; only what is not there at all is absent. */
function listManaged(): Decision<readonly string[]> {
  const single = `${MANAGED}/policy.yaml`;
  const directory = `${MANAGED}/policy.d`;
  try {
    if (!isThere(MANAGED)) return allow([]);
    const faults = [MANAGED, ...(isThere(directory) ? [directory] : [])].flatMap(judgeDirectory);
    if (faults.length > 0) return deny(...faults);
    const names = isThere(directory) ? readdirSync(directory).toSorted() : [];
    const oddly = ['policy.yml', 'policy.json'].map((name) => `${MANAGED}/${name}`).find(isThere);
    const odd = names.find((name) => /^[^.].*\.(?:ya?ml|json)$/i.test(name) && !name.endsWith('.yaml'));
    if (oddly !== undefined || odd !== undefined) return deny(wrongName(oddly ?? `${directory}/${odd}`));
    const listed = names.filter((name) => /^[^.].*\.yaml$/.test(name)).map((name) => `${directory}/${name}`);
    return allow([...(isThere(single) ? [single] : []), ...listed]);
  } catch (error) {
    return deny(unreadable(error));
  }
}

/** A link that leads nowhere is there, and so is what cannot be looked at. */
export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !isAbsent(error);
  }
}

/** The way as it is written, and as it leads: a link of root's to what another account may write is that account's. */
function judgeDirectory(path: string): Finding[] {
  const real = realpathSync.native(path);
  if (!statSync(real).isDirectory())
    return [refusal('policy-unreadable', `${path} is not a directory`, `\`sudo rm ${path}\`, or make it one`)];
  const foreign = [path, real].map((way) => custody(stepsOf(way), 0)).find((keeper) => keeper.of === 'others');
  if (foreign?.of !== 'others') return [];
  const what = `${foreign.path}, where the managed policy lies,`;
  return foreign.fault === 'writable'
    ? [refusal('policy-writable', `${what} can be written by other accounts`, `\`sudo chmod go-w ${foreign.path}\``)]
    : [refusal('policy-owner', `${what} does not belong to root`, `\`sudo chown root:root ${foreign.path}\``)];
}

/** Who wrote it means it to be read; editors' and packagers' leavings have other endings. */
function wrongName(path: string): Finding {
  return refusal(
    'policy-unreadable',
    `${path} is not read: files there end in \`.yaml\``,
    `\`sudo mv ${path} ${path.replace(/\.\w+$/, '.yaml')}\``,
  );
}

function unreadable(error: unknown): Finding {
  return refusal(
    'policy-unreadable',
    `the managed policy in ${MANAGED} cannot be read (${codeOf(error)})`,
    `\`sudo chmod -R a+rX ${MANAGED}\``,
  );
}
