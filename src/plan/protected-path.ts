import { isWithin } from '../match/path.ts';
import type { Host } from './host.ts';

/** Why a path can be granted to no server, or undefined. `path` is real. */
export function whyProtected(
  path: string,
  policyFiles: readonly string[],
  host: Host,
): { ident: 'grant-too-wide' | 'grant-protected'; what: string } | undefined {
  const { home } = host.account;
  const real = (kept: string, what: string) => [host.real(kept) ?? kept, what] as const;
  const keptWhole = [
    ...Object.values(host.directories).map((directory) => real(directory, 'a directory of mcp-secure-run')),
    real(MANAGED, 'the directory of the managed policy'),
    ...policyFiles.map((file) => real(file, 'the policy')),
    ...CLIENT_CONFIGS.map((name) => real(`${home}/${name}`, 'a client’s configuration')),
  ];
  for (const [kept, what] of [real(home, 'your home directory'), ...keptWhole]) {
    if (path === kept || isWithin(kept, path))
      return { ident: 'grant-too-wide', what: path === kept ? `is ${what}` : `contains ${kept}, ${what}` };
  }
  for (const [kept, what] of keptWhole) {
    if (isWithin(path, kept)) return { ident: 'grant-protected', what: `lies in ${kept}, ${what}` };
  }
  const kernel = KERNEL.find((root) => isWithin(path, root));
  if (kernel)
    return { ident: 'grant-protected', what: `lies in ${kernel}, where the kernel’s and other programs’ controls are` };
  return OWN_MOUNTS.includes(path)
    ? { ident: 'grant-too-wide', what: 'is a place that every server gets fresh' }
    : undefined;
}

/** Where the managed policy lies: one file, and files beside it, read as one. */
export const MANAGED = '/etc/mcp-secure-run';

/** Sockets lie in `/run`: to reach one is to act with the rights of who listens (D-Bus, systemd, docker). */
const KERNEL = ['/proc', '/sys', '/dev', '/run', '/var/run', '/boot'];

const OWN_MOUNTS = ['/tmp', '/var/tmp', '/etc', '/usr', '/var', '/home'];

/**
 * Files that make a client start programs, below the home directory. Sources: each client's documentation; the places
 * that ToolHive's client list names.
 */
export const CLIENT_CONFIGS = [
  '.claude.json',
  '.claude',
  '.config/Claude',
  'Library/Application Support/Claude',
  '.cursor',
  '.vscode',
  '.config/Code/User',
  'Library/Application Support/Code/User',
  '.codeium/windsurf',
  '.codex',
  '.gemini',
  '.copilot',
  '.grok',
  '.continue',
  '.config/opencode',
  '.config/zed',
  '.roo',
  '.cline',
  '.kiro',
  '.aws/amazonq',
];
