import { maskOptions } from '../../src/confine/mask-options.ts';
import type { Values } from '../../src/confine/environment.ts';
import { allow, deny, type Decision } from '../../src/finding/decision.ts';
import { refusal } from '../../src/finding/finding.ts';
import { identityText } from '../../src/identity/identity.ts';
import { compileRegex } from '../../src/match/regex.ts';
import { byCommandLine } from '../../src/plan/by-command-line.ts';
import { decideLocked, type FindLocked } from '../../src/plan/decide-locked.ts';
import { decidePinned, type FindPinned } from '../../src/plan/decide-pinned.ts';
import { decideLockedPython, type FindLockedPython } from '../../src/plan/decide-locked-python.ts';
import { locatePython } from '../../src/plan/locate-python.ts';
import { decideMasks } from '../../src/plan/decide-masks.ts';
import { grantHosts } from '../../src/plan/grant-hosts.ts';
import type { Host, Surroundings } from '../../src/plan/host.ts';
import { LANDLOCK } from '../../src/plan/landlock-layout.ts';
import { MACOS } from '../../src/plan/macos-layout.ts';
import { enginesOf, type Engines } from '../../src/plan/matching.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { resolveContainer } from '../../src/plan/resolve-container.ts';
import { resolve } from '../../src/plan/resolve.ts';
import { parseLayer } from '../../src/policy-text/parse-policy.ts';
import type { Layer, Policy } from '../../src/policy/policy.ts';
import { readRunArguments } from '../../src/run-arguments.ts';
import type { StatedHost } from './stated-host.ts';

/** The engines of the built command; masks are made by what a stated host says of its directories. */
export const ENGINES: Engines = {
  ...enginesOf({ compileRegex }),
  byCommandLine,
  locked: (entry, identity, filled, policy, host) =>
    identity.kind === 'npm'
      ? decideLocked(entry, identity, filled, policy, host, findStated)
      : decideLockedPython(entry, identity, filled, policy, host, findStatedPython),
  pinned: (entry, file, policy, host) => decidePinned(entry, file, policy, host, findStatedProgram),
  grantHosts,
  macos: MACOS,
  landlock: () => ({ LANDLOCK }),
  container: resolveContainer,
  masks: () => (asked, host) => {
    if (!hasDirectories(host)) throw new Error('a host that says nothing of its directories');
    return decideMasks(asked, host, host);
  },
};

/** In the lock of a stated host, which is the same for each layer. */
const findStated: FindLocked = (identity, _layer, host, { command: { at } }) => {
  const name = identityText(identity);
  const locked = 'locked' in host ? (host as StatedHost).locked[name] : undefined;
  return locked ? allow(locked) : deny(refusal('not-locked', `\`${name}\` is not in the lock`, 'lock it', at));
};

const findStatedProgram: FindPinned = (asked, _layer, host) => {
  const pinned = 'pinned' in host ? (host as StatedHost).pinned : {};
  return allow({ sha256: pinned[asked] });
};

/** The same by `python3`, whichever it is. */
const findStatedPython: FindLockedPython = (identity, layer, host, { command: { at } }) => {
  const name = identityText(identity);
  const [locked, python] = ['locked' in host && (host as StatedHost).locked[name], locatePython(layer, host)];
  if (!locked) return deny(refusal('not-locked', `\`${name}\` is not in the lock`, 'lock it', at));
  return python ? allow({ ...locked, python }) : deny(refusal('program-missing', 'no Python', 'install one', at));
};

function hasDirectories(host: Host): host is Host & Surroundings {
  return 'entries' in host && 'bubblewrap' in host;
}

/** The values of a stated client; its secrets say whose they are. */
export const valuesOf = (host: Host): Values => ({
  client: (name) => host.variable(name),
  secret: (name) => `secret of ${name}`,
});

/** What `confine` is given for masks. */
export const MASKS = () => ({ maskOptions });

export const POLICY_FILE = '/home/anna/.config/mcp-secure-run/policy.yaml';

/** A policy with one server, `crm`: its entry in YAML's flow style, and what else stands at the top. */
export function withServer(entry: string, ...top: readonly string[]): string {
  return ['version: 1', ...top, 'servers:', `  crm: ${entry}`, ''].join('\n');
}

/** A text that must be a valid policy. */
export function policyOf(text: string, file = POLICY_FILE): Policy {
  return { layers: [layerOf(text, file)] };
}

/** The same as the one layer that it is. */
export function layerOf(text: string, file = POLICY_FILE, kind: Layer['kind'] = 'user'): Layer {
  return granted(parseLayer(kind, [{ file, text }])).layer;
}

/** What must have been allowed; a refusal fails the test with its words. */
export function granted<Granted>(decision: Decision<Granted>): Granted {
  if (!decision.allowed) throw new Error(decision.findings.map(({ message }) => message).join('\n'));
  return decision.granted;
}

/** What `run` with these words would do. */
export function decide(text: string, words: string, host: Host, file = POLICY_FILE): Decision<Plan> {
  const { request } = granted(readRunArguments(['run', ...words.split(' ')]));
  return resolve(request, policyOf(text, file), host, ENGINES);
}

/** A decision in one line: what was granted, in the words of `say`; or the idents of the refusal, each once. */
export function told<Granted>(decision: Decision<Granted>, say: (granted: Granted) => string): string {
  return decision.allowed ? say(decision.granted) : `refused: ${identsOf(decision).join(', ')}`;
}

export function identsOf(decision: Decision<unknown>): string[] {
  return decision.allowed ? [] : [...new Set(decision.findings.map(({ ident }) => ident))];
}

/** The plan of a decision in the words that the tables use for a start. */
export const started = (decision: Decision<Plan>): string => told(decision, ({ argv }) => argv.join(' '));
