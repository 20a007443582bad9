import { resolve } from 'node:path';
import { allow, type Decision } from '../finding/decision.ts';
import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { exitCodeOf, refusal, type Finding } from '../finding/finding.ts';
import { compileLayer } from '../policy-text/compile.ts';
import type { Placed } from '../policy/policy.ts';
import { propose, type Change } from '../policy-text/propose.ts';
import { diffText } from '../render/diff-text.ts';
import { findingText } from '../render/finding-text.ts';
import { replacePolicy } from '../state/replace-policy.ts';
import type { Texts } from '../state/situation.ts';
import { askYes } from './ask-yes.ts';
import type { Io } from './io.ts';
import { survey } from './survey.ts';

export interface AllowOptions {
  readonly policy: string | undefined;
  readonly changes: readonly Change[];
  /** Whether there is a person at a terminal who may be asked. */
  readonly mayAsk: boolean;
}

/** `allow`: the edit that grants it, as a diff. Written after a person at a terminal said yes, and by nobody else. */
export default async function allowCommand(server: string, options: AllowOptions, io: Io): Promise<ExitCode> {
  const { situation, texts } = await survey(options.policy);
  const fail = (findings: readonly Finding[], of: Texts = texts): ExitCode => {
    io.err(findings.map((finding) => findingText(finding, of, io.paintErr)).join('\n'));
    return exitCodeOf(findings);
  };
  if (!situation.allowed) return fail(situation.findings);
  const layer = situation.granted.policy.layers.find(({ kind }) => kind === 'user');
  const file = layer?.files[0];
  const managed = situation.granted.policy.layers.find(({ kind }) => kind === 'managed');
  if (
    file === undefined ||
    (!layer?.servers.some(({ id }) => id === server) && managed?.servers.some(({ id }) => id === server))
  )
    return fail([onlyManaged(server, managed?.files ?? [])]);

  const before = texts.get(file) ?? '';
  const edited = applyAll(file, before, server, options.changes);
  if (!edited.allowed) return fail(edited.findings);
  const after = edited.granted;
  if (after === before) {
    io.out(`${file} allows it already\n`);
    return EXIT.ok;
  }
  const parsed = await compileLayer('user', [{ file, text: after }]);
  if (!parsed.allowed) return fail(parsed.findings, new Map([[file, after]]));

  io.out(diffText(file, before, after, io.paintOut));
  const later = parsed.granted.layer.servers.find(({ id }) => id === server)?.postponed ?? [];
  if (later.length > 0) io.err(`note: ${notStarted(server, later)}\n`);
  if (!options.mayAsk) return fail([needsTerminal(file)]);
  if (!(await askYes(`write it to ${file}?`))) {
    io.err('nothing was changed\n');
    return EXIT.findings;
  }
  const written = replacePolicy(file, before, after);
  if (!written.allowed) return fail(written.findings);
  io.err(`written; \`mcp-secure-run check ${server}\` shows what it means\n`);
  return EXIT.ok;
}

function applyAll(file: string, before: string, server: string, changes: readonly Change[]): Decision<string> {
  let text = before;
  for (const change of changes) {
    const proposal = propose(file, text, server, fromHere(change));
    if (!proposal.allowed) return proposal;
    // Where there are no rules for tools, all are allowed: a first row would deny the others.
    if (!proposal.granted.narrows) text = proposal.granted.text;
  }
  return allow(text);
}

/** A policy has absolute paths; a person types them from where they stand. */
function fromHere(change: Change): Change {
  const isPath = change.kind === 'read' || change.kind === 'write';
  return isPath && !/^~(?:\/|$)/.test(change.path) ? { ...change, path: resolve(change.path) } : change;
}

function onlyManaged(server: string, files: readonly string[]): Finding {
  return files.length > 0
    ? refusal(
        'edit-impossible',
        `\`${server}\` is in the managed policy, ${files.join(', ')}`,
        'ask who keeps it to grant more',
      )
    : refusal(
        'policy-missing',
        'there is no policy of yours to edit',
        'write one first; the README shows a policy of five lines',
      );
}

function needsTerminal(file: string): Finding {
  return refusal(
    'needs-terminal',
    'nothing was written: a wider policy takes a person at a terminal',
    `type the command at a terminal, or edit ${file} yourself`,
  );
}

function notStarted(server: string, later: readonly Placed<string>[]): string {
  const names = [...new Set(later.map(({ value }) => `\`${value}\``))].join(', ');
  return `this version does not start \`${server}\` with this policy, for it does not enforce ${names} yet`;
}
