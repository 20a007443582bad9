import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { isNormal } from '../match/path.ts';
import type { Account, Directories } from '../plan/host.ts';
import { hasManagedPolicy } from './managed-policy.ts';

/** Where our own files are, and whether a variable put them there. */
export interface OwnDirectories extends Directories {
  readonly moved: boolean;
}

/**
 * Our directories: below the home of the passwd entry, whatever `HOME` and `XDG_*` say, for a client's configuration
 * sets those. `MCP_SECURE_RUN_HOME` moves them (tests, portable installs), unless the machine has a managed policy.
 */
export function ownDirectories(account: Account, environment: NodeJS.ProcessEnv): Decision<OwnDirectories> {
  const home = environment.MCP_SECURE_RUN_HOME;
  if (home === undefined) {
    return allow({
      config: `${account.home}/.config/mcp-secure-run`,
      state: `${account.home}/.local/state/mcp-secure-run`,
      data: `${account.home}/.local/share/mcp-secure-run`,
      moved: false,
    });
  }
  if (hasManagedPolicy()) {
    return deny(
      refusal('home-refused', '`MCP_SECURE_RUN_HOME` is set, and this machine has a managed policy', 'unset it'),
    );
  }
  if (!isNormal(home) || home === '/') {
    return deny(
      refusal(
        'home-refused',
        '`MCP_SECURE_RUN_HOME` is not an absolute path',
        'write it from `/`, without `.`, `..`, doubled or trailing slashes',
      ),
    );
  }
  return allow({ config: `${home}/config`, state: `${home}/state`, data: `${home}/data`, moved: true });
}
