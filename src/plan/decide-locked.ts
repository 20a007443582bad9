import { allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { identityText, type Identity } from '../identity/identity.ts';
import { isWithin } from '../match/path.ts';
import type { Layer, Policy, ServerPolicy } from '../policy/policy.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Entry } from './decide-server.ts';
import type { Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { interpreterAt } from './interpreter.ts';
import { judgeFile, judgeInterpreter } from './judge-program-file.ts';
import { locateCommand, type Located } from './locate-command.ts';
import type { Because, Program } from './plan.ts';
import { findPlantedLinks } from './planted-link.ts';
import { readShebang } from './shebang.ts';

/** A package of the store. Paths are real. */
export interface LockedTree {
  readonly tree: string;
  /** SHA-256 of its manifest. */
  readonly manifest: string;
  /** As {@link PlannedTree} has it. */
  readonly stats: string;
  /** The program, below the tree. */
  readonly entry: string;
  /** Of the program. */
  readonly sha256: string;
  /** The Node.js that runs it in place of ours, where the policy has no `programPath`: by its real path. */
  readonly node?: string;
}

/** Looks a package up in the lock of a layer, and in the store. */
export type FindLocked = (
  identity: NpmIdentity,
  layer: Layer,
  host: Host,
  server: Pick<ServerPolicy, 'id' | 'command'>,
) => Decision<LockedTree>;

export type NpmIdentity = Extract<Identity, { kind: 'npm' }>;

/**
 * The program of a locked package: its entry file, by the interpreter that its first line names. Nothing that a package
 * manager would start or read has a part in it.
 *
 * The lock of the strongest policy that names the server counts, for that one grants it. By a Node.js of the policy's
 * `programPath`, if it has one: else by the one that runs us, of which it is known that it is there and which it is; or
 * by another one that is found, where the package says that it does not run on that.
 */
export function decideLocked(
  { server, layer }: Entry,
  identity: NpmIdentity,
  filled: Filled,
  policy: Policy,
  host: Host,
  find: FindLocked,
): Decision<GrantedProgram> {
  const { at } = server.command;
  const strongest = policy.layers.find(({ servers }) => servers.some(({ id }) => id === server.id)) ?? layer;
  const found = find(identity, strongest, host, server);
  if (!found.allowed) return found;
  const { tree, entry, sha256, manifest, stats, node = host.node } = found.granted;
  const real = host.real(entry);
  if (real === undefined || !isWithin(real, tree)) return deny(noEntry(entry, at));
  if (server.sha256 && server.sha256.value !== sha256) return deny(otherHash(identity, sha256, server.sha256.at));

  const runner = runnerOf(real, strongest, node, host, at);
  if (!runner.allowed) return runner;
  const { by, argument } = runner.granted;
  const program: Program = {
    asked: identityText(identity),
    real,
    sha256,
    heldBy: 'lock',
    locked: { identity: identityText(identity), manifest, tree, stats },
    ...(by && { interpreter: { asked: by.path, real: by.real } }),
    because: { reason: 'the program of the package', at },
  };
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
    program,
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

function interpreterFiles(real: string, host: Host): GrantedProgram['files'] {
  const library = (interpreterAt(real)?.needs(real) ?? []).filter((path) => host.file(path) !== undefined);
  return [
    { path: real, reason: 'the interpreter' },
    ...library.map((path) => ({ path, reason: 'what the interpreter loads' })),
  ];
}

function noEntry(entry: string, at: Place): Finding {
  return refusal('package-changed', `\`${entry}\` is not in the package`, '`mcp-secure-run lock` installs it anew', at);
}

function noRunner(real: string, asked: string, at: Place): Finding {
  return refusal(
    'program-missing',
    `\`${real}\` asks for \`${asked}\`, which is not there`,
    `install \`${asked}\`, or add its directory to \`programPath\``,
    at,
  );
}

function otherHash(identity: Identity, sha256: string, at: Place): Finding {
  return refusal(
    'program-changed',
    `the program of \`${identityText(identity)}\` is another one: its sha256 is ${sha256}`,
    'remove `sha256`, for a lock holds the whole package',
    at,
  );
}
