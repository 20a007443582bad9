/**
 * Files that another program obeys and that lie in a project: what is written there is run later, by who commits, opens
 * or enters it, outside of every sandbox. Inside what a server can write they are to be read, and nothing more.
 *
 * Sources: githooks(5), git-config(1) (`core.hooksPath`, `core.fsmonitor`, filters, aliases), gitmodules(5); the clients’
 * documentation of project settings (CVE-2026-25725, CVE-2025-54135, CVE-2025-54136 are servers and models that wrote
 * them); direnv(1); husky; the start-up files of bash(1) and zsh(1).
 */
export const PROTECTED_NAMES: readonly string[] = [
  '.mcp.json',
  '.mcp-secure-run.yaml',
  '.vscode',
  '.cursor',
  '.claude',
  '.codex',
  '.gemini',
  '.idea',
  '.zed',
  '.husky',
  '.envrc',
  '.gitconfig',
  '.gitmodules',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
];

/** In a directory `.git`. In a worktree `.git` is a file that says where it lies: protected itself. */
export const PROTECTED_IN_GIT: readonly string[] = ['hooks', 'config', 'config.worktree'];

/** How many directories below a granted one they are looked for: nobody opens a project from the depth of another. */
export const PROTECTED_DEPTH = 3;

/** The protected name that a path is or lies in, by its names from a directory on; undefined where that is too deep. */
export function protectedName(names: readonly string[], depth: number): string | undefined {
  const at = names.findIndex(
    (name, index) => PROTECTED_NAMES.includes(name) || (names[index - 1] === '.git' && PROTECTED_IN_GIT.includes(name)),
  );
  const first = names[at - 1] === '.git' ? at - 1 : at;
  const isNone = at === -1 || first > depth || names.slice(0, first).includes('node_modules');
  return isNone ? undefined : names.slice(first, at + 1).join('/');
}
