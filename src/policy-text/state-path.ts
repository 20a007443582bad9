import { overlaps } from '../match/path.ts';
import { text } from './schema-values.ts';

/**
 * A directory below the server's HOME that persists. What it keeps there, the next start of the same server reads: so
 * it is none that an interpreter, a shell or a tool loads code or settings from by itself.
 */
export const statePath = text
  .regex(/^(?:(?!\.{1,2}(?:\/|$))[^/\0]+)(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)*$/, {
    error: 'must be a path below the server’s home, such as `data` or `.cache/crm`',
    abort: true,
  })
  .refine((path) => !LOADED.some((loaded) => overlaps(`/${path}`, `/${loaded}`)), {
    error: 'is or contains a place that programs load code or settings from by themselves',
  })
  .refine((path) => !path.startsWith('~'), { error: 'is below the server’s home already: leave out the `~`' })
  .refine((path) => !overlaps(`/${path}`, '/work'), {
    error: 'is the server’s working directory, which is always fresh',
  });

/**
 * Sources: bash(1), dash(1), zsh(1), fish(1); node(1) and npm's folders and npmrc pages; Python's site and user
 * directories (PEP 370), pip, uv; git-config(1), ssh_config(5), gpg(1), curl(1), netrc(5); ruby(1), perl's local::lib,
 * R's Startup page, Julia's depot, cargo, deno, bun, maven, gradle.
 */
const LOADED = [
  ...['.bashrc', '.bash_profile', '.bash_login', '.bash_logout', '.profile', '.inputrc', '.shrc', '.kshrc'],
  ...['.zshrc', '.zshenv', '.zprofile', '.zlogin', '.config/fish', '.config/environment.d'],
  ...['.node_modules', '.node_libraries', 'node_modules', '.npmrc', '.npm', '.config/npm', '.yarnrc', '.yarnrc.yml'],
  ...['.yarn', '.config/yarn', '.config/pnpm', '.local/share/pnpm', '.nvm', '.volta', '.asdf', '.config/mise'],
  ...['.cache/node', '.cache/npm', '.cache/pnpm', '.cache/yarn', '.cache/deno', '.deno', '.bun', '.bunfig.toml'],
  ...['.local/lib', '.local/bin', 'bin', '.pythonrc', '.pythonrc.py', '.pydistutils.cfg', '.pip', '.config/pip'],
  ...[
    '.cache/pip',
    '.cache/uv',
    '.config/uv',
    '.local/share/uv',
    '.pypirc',
    '.pyenv',
    '.config/matplotlib',
    '.ipython',
  ],
  ...['.gitconfig', '.config/git', '.git', '.ssh', '.gnupg', '.curlrc', '.config/curlrc', '.wgetrc', '.netrc'],
  ...['.irbrc', '.gem', '.gemrc', '.bundle', '.rbenv', '.perl5', 'perl5', '.perldb', '.cpan'],
  ...['.Rprofile', '.Renviron', '.julia', '.octaverc', '.cargo', '.rustup', 'go', '.m2', '.gradle', '.sbt', '.dotnet'],
  ...['.vimrc', '.vim', '.exrc', '.emacs', '.emacs.d', '.config/nvim', '.psqlrc', '.sqliterc', '.my.cnf', '.gdbinit'],
  ...['.config/systemd', '.config/autostart', '.local/share/applications', '.pam_environment', '.terminfo'],
];
