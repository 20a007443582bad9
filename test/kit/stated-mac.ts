import type { Account, Host } from '../../src/plan/host.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { decide, granted, withServer } from './decide.ts';
import { directory, file, link, program, statedHost, type Tree } from './stated-host.ts';

const ANNA: Account = { name: 'anna', uid: 501, gid: 20, home: '/Users/anna' };
export const HERS = { uid: 501, gid: 20 };
const POLICY = '/Users/anna/.config/mcp-secure-run/policy.yaml';
/** Where a launch's own directory comes to lie. */
export const PRIVATE = '/Users/anna/.local/share/mcp-secure-run/private';

/** A Mac as it comes, with a Node.js of its makers' and one of Homebrew's. */
const MAC: Tree = {
  '/bin': directory(),
  '/lib': directory(),
  '/etc': link('private/etc'),
  '/var': link('private/var'),
  '/tmp': link('private/tmp'),
  '/private/etc/localtime': link('/var/db/timezone/zoneinfo/Europe/Vienna'),
  '/private/etc/hosts': file(),
  '/private/etc/ssl/openssl.cnf': file(),
  '/private/etc/ssl/cert.pem': file(),
  '/private/tmp': directory({ mode: 0o1777 }),
  '/private/var/db/timezone/zoneinfo/Europe/Vienna': file(),
  '/usr/libexec': directory(),
  '/usr/share': directory(),
  '/System/Library/Frameworks': directory(),
  '/System/Library/PrivateFrameworks': directory(),
  '/System/Cryptexes/OS': directory(),
  '/System/Volumes/Preboot/Cryptexes/OS': directory(),
  '/System/Library/CoreServices/SystemVersion.plist': file(),
  '/usr/local/bin/node': program(),
  '/opt/homebrew/Cellar/node/24.1.0/bin/node': program('', HERS),
  '/opt/homebrew/bin/node': link('../Cellar/node/24.1.0/bin/node', HERS),
  '/opt/homebrew/opt': directory(HERS),
  '/Users': directory(),
  '/Users/anna': directory(HERS),
  '/Users/anna/.local/share': directory(HERS),
  '/Users/anna/mcp': directory(HERS),
  '/Users/anna/mcp/crm.js': file('serve()', HERS),
  '/Users/anna/Documents': directory(HERS),
  '/Users/anna/Notes': link('Documents/notes', HERS),
  '/Users/anna/Documents/notes': directory(HERS),
  '/Users/anna/Library/Keychains': directory(HERS),
  '/Users/anna/Library/LaunchAgents': directory(HERS),
  '/Users/anna/src': directory(HERS),
};

export function statedMac(tree: Tree = {}, account: Account = ANNA): Host {
  return statedHost({
    tree: { ...MAC, ...tree },
    facts: { platform: 'darwin', account, cwd: '/Users/anna', node: '/usr/local/bin/node' },
  });
}

/** What would be started on that Mac for an entry of a policy. */
export const decideOnMac = (entry: string, tree?: Tree, account?: Account) =>
  decide(withServer(entry), 'crm', statedMac(tree, account), POLICY);

export const planOnMac = (entry: string, tree?: Tree): Plan => granted(decideOnMac(entry, tree));
