import { allowUnless, type Decision } from '../finding/decision.ts';
import type { Identity } from '../identity/identity.ts';
import type { Policy } from '../policy/policy.ts';
import type { GrantedProgram } from './decide-program.ts';
import { grantingLayer, type Entry } from './decide-server.ts';
import type { Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { interpreterFiles } from './interpreter.ts';
import { judgeInterpreter } from './judge-program-file.ts';
import { programOf, type FindTree, type LockedTree } from './locked-tree.ts';
import type { Python } from './locate-python.ts';
import { findPlantedLinks } from './planted-link.ts';

export type PypiIdentity = Extract<Identity, { kind: 'pypi' }>;

export type FindLockedPython = FindTree<PypiIdentity, LockedPython>;

export interface LockedPython extends LockedTree {
  /** One that is here, and that it is locked for. */
  readonly python: Python;
}

/**
 * The program of a locked Python package: the file of the tree that `lock` made for it, by a Python that the lock knows.
 *
 * Without `site` (`-S`) no `.pth` file runs, no `sitecustomize` or `usercustomize`, and nothing of the machine's packages
 * is found; isolated (`-I`) no variable, no working directory and no directory of the program is asked. What is left is
 * the standard library, and behind it the tree. `-B`: the tree is read-only, so nothing is to be written beside it.
 */
export function decideLockedPython(
  entry: Entry,
  identity: PypiIdentity,
  filled: Filled,
  policy: Policy,
  host: Host,
  find: FindLockedPython,
): Decision<GrantedProgram> {
  const { server } = entry;
  const { at } = server.command;
  const found = find(identity, grantingLayer(entry, policy), host, server);
  if (!found.allowed) return found;
  const { tree, python } = found.granted;
  const program = programOf(server, identity, found.granted, host);
  if (!program.allowed) return program;

  const { real } = program.granted;
  const faults = [...findPlantedLinks(python.path, at, policy, host), ...judgeInterpreter(python.path, at, host)];
  return allowUnless(faults, {
    program: { ...program.granted, interpreter: { asked: python.path, real: python.real } },
    argv: [python.real, ...OPTIONS, real, ...filled.args.map(({ value }) => value)],
    argvBecause: [
      { reason: 'the interpreter' },
      { reason: 'no variable, working directory or home has a say in what it loads' },
      { reason: 'nor have packages of the machine, or files of theirs that run at each start' },
      { reason: 'nothing is written beside what it loads' },
      { reason: 'the program of the package', at },
      ...filled.args.map(({ at: place }) => ({ reason: '`args`', at: place })),
    ],
    files: [...interpreterFiles(python.real, host), { path: tree, reason: 'the locked package' }],
  });
}

const OPTIONS = ['-I', '-S', '-B'];
