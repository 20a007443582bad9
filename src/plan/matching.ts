import type { Decision } from '../finding/decision.ts';
import type { Identity } from '../identity/identity.ts';
import { isNormal, isWithin } from '../match/path.ts';
import type { MatchContext } from '../match/why-not.ts';
import type { Policy, ServerPolicy } from '../policy/policy.ts';
import type { GrantedNetwork } from './decide-network.ts';
import type { GrantedProgram } from './decide-program.ts';
import type { Asked, Entries, Entry } from './decide-server.ts';
import { expandHome } from './expand-home.ts';
import type { Filled } from './fill-arguments.ts';
import type { DecideMasks } from './decide-masks.ts';
import type { Host } from './host.ts';
import type { Layout } from './layout.ts';
import type { Plan, Program } from './plan.ts';
import type { ProgramFile } from './program-file.ts';
import type { Request } from './request.ts';

/** What a policy may need and most do not: loaded by who calls, only where a policy has the key. */
export interface Engines {
  /** Linear-time regular expressions, which must match the whole text. */
  readonly regex: MatchContext['regex'];
  /** Why `network` of a server does not grant a host; without it, none does. */
  readonly host?: (value: string, server: string) => string | undefined;
  /** Without it, a server that is granted hosts is refused. */
  readonly grantHosts?: (entries: Entries, policy: Policy, host: Host) => Decision<GrantedNetwork>;
  /** How servers are laid out on macOS; without it, none is confined there. */
  readonly macos?: Layout;
  /** How they are laid out where `landlock-only` gives up namespaces. */
  readonly landlock?: () => { readonly LANDLOCK: Layout };
  /** Which server a command line means: asked only where one was given. */
  readonly byCommandLine: (
    request: Extract<Request, { kind: 'command' }>,
    policy: Policy,
    host: Host,
    engines: Engines,
  ) => Decision<Asked>;
  /** What runs of a package: asked only where a policy names one. */
  readonly locked: (
    entry: Entry,
    identity: Extract<Identity, { kind: 'npm' | 'pypi' }>,
    filled: Filled,
    policy: Policy,
    host: Host,
  ) => Decision<GrantedProgram>;
  /** Whether a lock holds a program that is no package: asked only where nothing else does. */
  readonly pinned: (
    entry: Pick<Entry, 'server' | 'layer'>,
    file: ProgramFile,
    policy: Policy,
    host: Host,
  ) => Decision<Pick<Program, 'sha256' | 'heldBy'>>;
  /** What is hidden and protected inside grants: asked only where something can be. */
  readonly masks: () => DecideMasks;
  /** The plan of a server that is an image: asked only where a policy names one. */
  readonly container: (asked: Asked, policy: Policy, host: Host, engines: Engines) => Decision<Plan>;
}

/** What `match/regex.ts` is, when it is loaded. */
export interface RegexModule {
  readonly compileRegex: (
    pattern: string,
  ) => { readonly ok: true; test(text: string): boolean } | { readonly ok: false; readonly reason: string };
}

/** What `plan/hosts.ts` is, when it is loaded. */
export interface HostModule {
  readonly grantHosts: NonNullable<Engines['grantHosts']>;
  readonly whyNoHost: (policy: Policy, server: string, value: string) => string | undefined;
}

/** A pattern that does not compile matches nothing; the policy's reader has refused it. */
export function enginesOf({ compileRegex }: RegexModule): Engines {
  const known = new Map<string, ReturnType<RegexModule['compileRegex']>>();
  return {
    ...NO_ENGINES,
    regex: (pattern) => {
      const compiled = known.get(pattern) ?? compileRegex(pattern);
      known.set(pattern, compiled);
      return (text) => compiled.ok && compiled.test(text);
    },
  };
}

function missing(): never {
  throw new Error('an engine was not loaded');
}

/** Nothing matches: for policies that have no regular expression. Where more is asked of it, it fails. */
export const NO_ENGINES: Engines = {
  regex: () => () => false,
  byCommandLine: missing,
  locked: missing,
  pinned: missing,
  masks: missing,
  container: missing,
};

/** How the arguments of this server are judged: a path by its real one, below what `files` grants. */
export function matchingFor(server: ServerPolicy, host: Host, engines: Engines): MatchContext {
  return {
    from: 'argv',
    regex: engines.regex,
    path: (value, mode) => whyNoPath(value, mode, server, host),
    host: (value) => (engines.host ? engines.host(value, server.id) : 'is granted by no entry of `network`'),
  };
}

function whyNoPath(value: string, mode: 'read' | 'write', server: ServerPolicy, host: Host): string | undefined {
  const path = expandHome(value, host);
  if (!isNormal(path)) return 'must be an absolute path, without `.`, `..`, doubled or trailing slashes';
  const real = host.real(path);
  if (real === undefined) return 'is not there';
  const lists = mode === 'write' ? server.write : [...server.read, ...server.write];
  const roots = lists.map((granted) => host.real(expandHome(granted.value, host)));
  if (roots.some((root) => root !== undefined && isWithin(real, root))) return undefined;
  return `lies outside \`files.${mode}\`${real === path ? '' : `: it is ${real}`}`;
}
