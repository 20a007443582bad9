import { faultAt, misread, type Fault } from './reading.ts';

/** A program that starts what its arguments say. None of these is a launcher: what runs is another word's to say. */
export function readWrapper(command: string, args: readonly string[]): Fault | undefined {
  const isIdle = args.length === 0 && !SHELLS.includes(command);
  const instead = INSTEAD.find(([names]) => names.includes(command))?.[1];
  if (instead === undefined || isIdle) return undefined;
  const message = `\`${command}\` starts whatever its arguments say`;
  return faultAt(-1, misread('launcher-wrapper', message, instead));
}

/** Without arguments these run what is written to them, which is what the client writes. */
const SHELLS = ['cmd', 'cmd.exe', 'powershell', 'pwsh', 'wsl', 'wsl.exe', 'fish', 'csh', 'tcsh'];

const ALONE = 'write the program that it would start, and nothing in front of it';

const INSTEAD: readonly (readonly [names: readonly string[], instead: string])[] = [
  [['env', 'dotenv', 'dotenvx', 'direnv'], `${ALONE}; variables are \`env\`, \`pass\` and \`secrets\``],
  [
    ['sudo', 'doas', 'su', 'runuser', 'pkexec', 'setpriv', 'chroot'],
    `${ALONE}; no server runs as another account for it`,
  ],
  [['timeout', 'nice', 'ionice', 'chrt', 'taskset', 'prlimit'], `${ALONE}; \`limits\` says what it may use up`],
  [SHELLS, ALONE],
  [['xargs', 'parallel', 'nohup', 'setsid', 'stdbuf', 'script', 'unbuffer', 'time', 'watch', 'flock'], ALONE],
  [['strace', 'ltrace', 'gdb', 'proxychains', 'proxychains4', 'torsocks', 'firejail', 'bwrap', 'unshare'], ALONE],
  [
    ['op', 'doppler', 'infisical', 'chamber', 'aws-vault', 'envchain', 'teller'],
    `${ALONE}; \`secrets\` asks the store itself`,
  ],
  [['corepack', 'volta', 'nvm', 'fnm', 'asdf', 'mise', 'pyenv', 'rbenv', 'nodenv'], ALONE],
];
