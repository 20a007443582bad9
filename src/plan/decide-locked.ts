import { allowUnless, deny, type Decision } from '../finding/decision.ts';
import type { Place } from '../finding/finding.ts';
import type { Identity } from '../identity/identity.ts';
import type { Layer, Policy } from '../policy/policy.ts';
import type { GrantedProgram } from './decide-program.ts';
import { grantingLayer, type Entry } from './decide-server.ts';
import type { Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { interpreterFiles } from './interpreter.ts';
import { judgeFile, judgeInterpreter } from './judge-program-file.ts';
import { locateCommand, type Located } from './locate-command.ts';
import { programOf, type FindTree, type LockedTree } from './locked-tree.ts';
import type { Because } from './plan.ts';
import { findPlantedLinks } from './planted-link.ts';
import { noRunner, readShebang } from './shebang.ts';

export type FindLocked = FindTree<NpmIdentity, LockedNpm>;

export type NpmIdentity = Extract<Identity, { kind: 'npm' }>;

export interface LockedNpm extends LockedTree {
  /** The Node.js that runs it in place of ours, where the policy has no `programPath`: by its real path. */
  readonly node?: string;
}

/**
 * The program of a locked package: its entry file, by the interpreter that its first line names. Nothing that a package
 * manager would start or read has a part in it.
 *
 * The lock of the strongest policy that names the server counts, for that one grants it. By a Node.js of the policy's
 * `programPath`, if it has one: else by the one that runs us, of which it is known that it is there and which it is; or
 * by another one that is found, where the package says that it does not run on that.
 */
export function decideLocked(
  entry: Entry,
  identity: NpmIdentity,
  filled: Filled,
  policy: Policy,
  host: Host,
  find: FindLocked,
): Decision<GrantedProgram> {
  const { server } = entry;
  const { at } = server.command;
  const layer = grantingLayer(entry, policy);
  const found = find(identity, layer, host, server);
  if (!found.allowed) return found;
  const { tree, node = host.node } = found.granted;
  const program = programOf(server, identity, found.granted, host);
  if (!program.allowed) return program;

  const { real } = program.granted;
  const runner = runnerOf(real, layer, node, host, at);
  if (!runner.allowed) return runner;
  const { by, argument } = runner.granted;
  const args = filled.args.map(({ value }) => value);
  const first = by ? [by.real, ...(argument === undefined ? [] : [argument]), real] : [real];
  const because: Because[] = [
    ...(by ? [{ reason: by.real === node && node !== host.node ? CHOSEN : 'the interpreter' }] : []),
    ...(argument === undefined ? [] : [{ reason: 'the first line of the program' }]),
    { reason: 'the program of the package', at },
    ...filled.args.map(({ at: place }) => ({ reason: '`args`', at: place })),
  ];
  const faults = by
    ? [...findPlantedLinks(by.path, at, policy, host), ...judgeInterpreter(by.path, at, host)]
    : judgeFile(real, at, host, 'execute');
  const [file = real, ...rest] = first;
  return allowUnless(faults, {
    program: { ...program.granted, ...(by && { interpreter: { asked: by.path, real: by.real } }) },
    argv: [file, ...rest, ...args],
    argvBecause: because,
    files: [...(by ? interpreterFiles(by.real, host) : []), { path: tree, reason: 'the locked package' }],
  });
}

const CHOSEN = 'the interpreter: the package says that it does not run on the Node.js that runs us';

interface Runner {
  /** Undefined for a program that the kernel runs by itself. */
  readonly by?: Located;
  readonly argument?: string;
}

function runnerOf(real: string, layer: Layer, node: string, host: Host, at: Place): Decision<Runner> {
  const shebang = readShebang(host.head(real) ?? '', real, at);
  if (!shebang.allowed) return shebang;
  if (!shebang.granted && !/\.[cm]?js$/.test(real)) return allowUnless([], {});
  const { interpreter: asked, argument } = shebang.granted ?? { interpreter: 'node', argument: undefined };
  const isNode = asked === 'node' || asked.endsWith('/node');
  const by =
    isNode && !layer.programPath ? { path: node, real: node } : locateCommand(isNode ? 'node' : asked, layer, host);
  return by ? allowUnless([], { by, ...(argument !== undefined && { argument }) }) : deny(noRunner(real, asked, at));
}
