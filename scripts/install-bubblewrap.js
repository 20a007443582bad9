// Installs bubblewrap where it is missing and where this account may; else says what to type and ends.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export function installBubblewrap() {
  if (existsSync('/usr/bin/bwrap')) return;
  if (!isDebian()) fail('install bubblewrap with the package manager of this system');

  const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
  // At a terminal, sudo may ask for the password; elsewhere it would wait for ever.
  const asks = process.stdin.isTTY ? ['sudo', '-v'] : ['sudo', '-n', 'true'];
  if (sudo.length > 0 && spawnSync(asks[0], asks.slice(1), { stdio: 'inherit' }).status !== 0) {
    fail('type: sudo apt-get install bubblewrap');
  }
  console.log('installing bubblewrap');
  run([...sudo, 'apt-get', 'update', '-q']);
  run([...sudo, 'apt-get', 'install', '-q', '-y', '--no-install-recommends', 'bubblewrap']);
}

function isDebian() {
  return /^ID(?:_LIKE)?=.*(?:debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function run([file, ...args]) {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) fail(`${file} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`);
}

function fail(what) {
  console.error(`bubblewrap is missing: ${what}`);
  process.exit(1);
}
