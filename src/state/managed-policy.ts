import { lstatSync, readdirSync } from 'node:fs';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { codeOf, isAbsent } from '../host/system-error.ts';
import { readPolicyFile, type PolicyFile } from './policy-file.ts';

/** Where the managed policy lies: one file, and files beside it, read as one. */
export const MANAGED = '/etc/mcp-secure-run';

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

function listManaged(): Decision<readonly string[]> {
  const directory = `${MANAGED}/policy.d`;
  try {
    const single = lstatSync(`${MANAGED}/policy.yaml`, { throwIfNoEntry: false }) ? [`${MANAGED}/policy.yaml`] : [];
    const names = lstatSync(directory, { throwIfNoEntry: false }) ? readdirSync(directory).toSorted() : [];
    const odd = names.find((name) => /^[^.].*\.(?:yml|json)$/.test(name));
    if (odd !== undefined) return deny(wrongName(`${directory}/${odd}`));
    return allow([
      ...single,
      ...names.filter((name) => /^[^.].*\.yaml$/.test(name)).map((name) => `${directory}/${name}`),
    ]);
  } catch (error) {
    return isAbsent(error) ? allow([]) : deny(unreadable(error));
  }
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
