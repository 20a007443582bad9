import { allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Place } from '../finding/finding.ts';
import { identityText, type Identity } from '../identity/identity.ts';
import { isWithin } from '../match/path.ts';
import type { Layer, Policy, ServerPolicy } from '../policy/policy.ts';
import type { LockedTree } from './decide-locked.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Entry } from './decide-server.ts';
import type { Filled } from './fill-arguments.ts';
import type { Host } from './host.ts';
import { interpreterAt } from './interpreter.ts';
import { judgeInterpreter } from './judge-program-file.ts';
import type { Python } from './locate-python.ts';
import { findPlantedLinks } from './planted-link.ts';

export type PypiIdentity = Extract<Identity, { kind: 'pypi' }>;

/** Looks a package up in the lock of a layer, for a Python that is here, and sees whether the store has it as it was. */
export type FindLockedPython = (
  identity: PypiIdentity,
  layer: Layer,
  host: Host,
  server: Pick<ServerPolicy, 'id' | 'command'>,
) => Decision<LockedTree & { readonly python: Python }>;

/**
 * The program of a locked Python package: the file of the tree that `lock` made for it, by a Python that the lock knows.
 *
 * Without `site` (`-S`) no `.pth` file runs, no `sitecustomize` or `usercustomize`, and nothing of the machine's packages
 * is found; isolated (`-I`) no variable, no working directory and no directory of the program is asked. What is left is
 * the standard library, and behind it the tree. `-B`: the tree is read-only, so nothing is to be written beside it.
 */
export function decideLockedPython(
  { server, layer }: Entry,
  identity: PypiIdentity,
  filled: Filled,
  policy: Policy,
  host: Host,
  find: FindLockedPython,
): Decision<GrantedProgram> {
  const { at } = server.command;
  const strongest = policy.layers.find(({ servers }) => servers.some(({ id }) => id === server.id)) ?? layer;
  const found = find(identity, strongest, host, server);
  if (!found.allowed) return found;
  const { tree, entry, sha256, manifest, stats, python } = found.granted;
  const real = host.real(entry);
  const name = identityText(identity);
  if (real === undefined || !isWithin(real, tree)) return deny(noEntry(entry, at));
  if (server.sha256 && server.sha256.value !== sha256) return deny(otherHash(name, sha256, server.sha256.at));

  const library = (interpreterAt(python.real)?.needs(python.real) ?? []).filter(
    (path) => host.file(path) !== undefined,
  );
  const faults = [...findPlantedLinks(python.path, at, policy, host), ...judgeInterpreter(python.path, at, host)];
  return allowUnless(faults, {
    program: {
      asked: name,
      real,
      sha256,
      heldBy: 'lock',
      locked: { identity: name, manifest, tree, stats },
      interpreter: { asked: python.path, real: python.real },
      because: { reason: 'the program of the package', at },
    },
    argv: [python.real, ...OPTIONS, real, ...filled.args.map(({ value }) => value)],
    argvBecause: [
      { reason: 'the interpreter' },
      { reason: 'no variable, working directory or home has a say in what it loads' },
      { reason: 'nor have packages of the machine, or files of theirs that run at each start' },
      { reason: 'nothing is written beside what it loads' },
      { reason: 'the program of the package', at },
      ...filled.args.map(({ at: place }) => ({ reason: '`args`', at: place })),
    ],
    files: [
      { path: python.real, reason: 'the interpreter' },
      ...library.map((path) => ({ path, reason: 'what the interpreter loads' })),
      { path: tree, reason: 'the locked package' },
    ],
  });
}

const OPTIONS = ['-I', '-S', '-B'];

function noEntry(entry: string, at: Place) {
  return refusal('package-changed', `\`${entry}\` is not in the package`, '`mcp-secure-run lock` installs it anew', at);
}

function otherHash(name: string, sha256: string, at: Place) {
  return refusal(
    'program-changed',
    `the program of \`${name}\` is another one: its sha256 is ${sha256}`,
    'remove `sha256`, for a lock holds the whole package',
    at,
  );
}
