import { pathAndAncestors } from '../match/path.ts';
import type { Host } from '../plan/host.ts';
import { keeperOf } from '../plan/keeper-of.ts';
import { failed, type Read } from './asked.ts';
import { isKept } from './find-tool.ts';
import type { Passed } from './tool.ts';

export type Environment =
  | { readonly ok: true; readonly env: Readonly<Record<string, string>> }
  | Extract<Read, { ok: false }>;

/** What every tool is given. `HOME` is that of the passwd entry: the client’s could hold other configuration. */
export function baseEnvironment(host: Host, directories: readonly string[]): Record<string, string> {
  const { name, uid, home } = host.account;
  const runtime = runtimeDirectory(host, uid);
  return {
    PATH: directories.join(':'),
    HOME: home,
    USER: name,
    LOGNAME: name,
    LANG: 'C.UTF-8',
    ...(runtime !== undefined && { XDG_RUNTIME_DIR: runtime }),
  };
}

/** Where the sockets of the login session are, pam_systemd(8): of that account, if it has one. */
export function runtimeDirectory(host: Host, uid: number): string | undefined {
  const path = `/run/user/${uid}`;
  const facts = host.file(path);
  return facts?.kind === 'directory' && facts.uid === uid ? path : undefined;
}

/** What a tool needs of the client’s environment, judged. */
export function passedEnvironment(passed: readonly Passed[], host: Host): Environment {
  const env: Record<string, string> = {};
  for (const { name, isPath, onlyWith } of passed) {
    const value = host.variable(name);
    if (value === undefined || value === '') continue;
    if (onlyWith !== undefined && !host.variable(onlyWith)) {
      return failed(
        'unsafe',
        `\`${name}\` is set without \`${onlyWith}\`, and whoever set it would be told what you are logged in with`,
        `set both where the client starts, or write \`{ cmd: [/PROGRAM] }\`, a script of yours that sets \`${name}\``,
      );
    }
    if (isPath && !isOwnPlace(value, host)) {
      return failed(
        'unsafe',
        `\`${name}\` names ${value}, which could come from somebody else`,
        `unset it where the client starts, or let it name a place of yours that is in no repository`,
      );
    }
    env[name] = value;
  }
  return { ok: true, env };
}

/** What a repository holds is its authors’. */
function isOwnPlace(path: string, host: Host): boolean {
  const real = path.startsWith('/') ? host.real(path) : undefined;
  if (real === undefined || !isKept(keeperOf(path, host))) return false;
  return pathAndAncestors(real).every((step) => host.file(`${step === '/' ? '' : step}/.git`) === undefined);
}

/** The way out of a company’s network. What it carries is TLS, so it chooses the way and reads nothing. */
export const PROXY: readonly Passed[] = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'].map((name) => ({
  name,
}));
