import { fails, limited, passes, type Probe } from '../finding/probe.ts';
import { isOlder } from './bubblewrap-faults.ts';
import type { Machine } from './machine.ts';

/** Whether the Node.js that runs us is new enough and still looked after. */
export function probeNodeVersion({ node }: Machine): Probe {
  const name = 'Node.js version';
  const version = node.version.replace(/^v/, '');
  const manager = managerOf(node.path);
  const fix = manager ? `\`${manager.install}\`` : 'install Node.js 24 by https://nodejs.org/en/download';
  if (isOlder(version, OLDEST))
    return fails(name, `${version} is too old: ${OLDEST} is the oldest`, fix, 'launch-failed');
  return ENDED.includes(version.split('.')[0] ?? '')
    ? limited(name, `${version} gets no security fixes any more`, fix)
    : passes(name, version);
}

/** `engines` of package.json. */
const OLDEST = '20.19';
/** https://github.com/nodejs/release#end-of-life-releases; an odd one lives for half a year. */
const ENDED = ['20', '21', '23', '25'];

/** Which file it is, and who else has it in hand. */
export function probeNodeFile({ node: { path, changeable, entry } }: Machine): Probe {
  const name = 'Node.js file';
  if (changeable !== undefined)
    return limited(
      name,
      `${path} can be changed by other accounts, and all of us with it`,
      `\`sudo chmod go-w ${changeable}\`, after a look at whose it is: \`namei -l ${path}\``,
    );
  const manager = managerOf(path);
  return manager
    ? limited(
        name,
        `${path} is kept by ${manager.name}: an upgrade takes it away, and a client with a window may not find it`,
        `write \`"command": "${path}", "args": ["${entry}", "run", "SERVER"]\` in the client, and anew after an upgrade`,
      )
    : passes(name, path);
}

interface Manager {
  readonly name: string;
  readonly install: string;
}

function managerOf(path: string): Manager | undefined {
  return MANAGERS.find(({ below }) => below.test(path));
}

/** Where version managers keep what they install, by their documentation. */
const MANAGERS: readonly (Manager & { readonly below: RegExp })[] = [
  { name: 'nvm', below: /\/\.?nvm\/versions\//, install: 'nvm install 24' },
  { name: 'fnm', below: /\/\.?fnm(?:_multishells)?\//, install: 'fnm install 24' },
  { name: 'Volta', below: /\/\.?volta\/tools\//, install: 'volta install node@24' },
  { name: 'mise', below: /\/mise\/installs\//, install: 'mise use --global node@24' },
  { name: 'asdf', below: /\/\.?asdf\/installs\//, install: 'asdf install nodejs latest:24' },
  { name: 'nodenv', below: /\/\.?nodenv\/versions\//, install: 'nodenv install 24' },
  { name: 'n', below: /\/n\/versions\/node\//, install: 'n 24' },
  { name: 'Homebrew', below: /\/Cellar\/node/, install: 'brew install node@24' },
  { name: 'Snap', below: /^\/snap\/node\//, install: 'sudo snap refresh node --channel=24/stable' },
  { name: 'Nix', below: /^\/nix\/store\//, install: 'nix profile install nixpkgs#nodejs_24' },
];
