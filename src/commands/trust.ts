import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, refusal, type Finding } from '../finding/finding.ts';
import { createHost, ownAccount } from '../host/host.ts';
import { parseProject } from '../policy-text/parse-policy.ts';
import { printable } from '../finding/printable.ts';
import { findingText } from '../render/finding-text.ts';
import { ownDirectories } from '../state/directories.ts';
import { readPolicyFile } from '../state/policy-file.ts';
import { findProjectPolicy, PROJECT_FILE, trust } from '../state/project-policy.ts';
import type { Io } from './io.ts';

/** `trust`: from now on, this project's file narrows the servers that are started in it. It can do nothing else. */
export default function trustCommand(path: string | undefined, io: Io): ExitCode {
  const fail = (findings: readonly Finding[], texts = new Map<string, string>()): ExitCode => {
    io.err(findings.map((finding) => findingText(finding, texts, io.paintErr)).join('\n'));
    return exitCodeOf(findings);
  };
  const account = ownAccount();
  if (!account)
    return fail([
      refusal(
        'account-unknown',
        'this account has no passwd entry with a home',
        'run it as an account of this machine',
      ),
    ]);
  const directories = ownDirectories(account, process.env);
  if (!directories.allowed) return fail(directories.findings);

  const file = path ?? findProjectPolicy(createHost(account, directories.granted, process.env));
  if (file === undefined) {
    const hint = `write ${PROJECT_FILE} at the root of the repository, or name the file: \`mcp-secure-run trust PATH\``;
    return fail([refusal('policy-missing', `there is no ${PROJECT_FILE} in this project`, hint)]);
  }
  const read = readPolicyFile(file, 'project', account.uid);
  if (!read.allowed) return fail(read.findings);
  const project = parseProject(read.granted);
  if (!project.allowed) return fail(project.findings, new Map([[read.granted.file, read.granted.text]]));

  trust(read.granted, { state: directories.granted.state, uid: account.uid });
  io.out(`${read.granted.text.split('\n').map(printable).join('\n').trimEnd()}\n`);
  const ids = project.granted.servers.map(({ id }) => `\`${id}\``).join(', ') || 'no server';
  io.err(`trusted ${read.granted.file} with this content: it narrows ${ids}\n`);
  return EXIT.ok;
}
