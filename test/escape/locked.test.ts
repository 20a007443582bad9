import {
  chmodSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execa } from 'execa';
import { expect, test, describe } from 'vitest';
import { clientEnv, COMMAND, msr } from '../kit/command.ts';
import { LockedTrap, NAME } from '../kit/locked-trap.ts';

/** A byte more, with the rights that it had. */
function change(path: string, to = (text: string): string => `${text} `): void {
  const { mode } = lstatSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, to(readFileSync(path, 'utf8')));
  chmodSync(path, mode);
}

test('as it was locked, it starts, and starts again', async () => {
  const trap = new LockedTrap();
  expect((await trap.outcome()).is).toBe('started, 0');
  trap.reset();
  expect((await trap.outcome()).is).toBe('started, 0');
});

test('its files are looked at inside the sandbox, and by the launcher only where something is not as it was', async () => {
  const trap = new LockedTrap();
  const { home } = trap.arena;
  const counted = `${home.directory}/counted`;
  const hook = home.write('hook.cjs', COUNTS_LOOKS);
  const looks = async (): Promise<number> => {
    const words = ['--require', hook, COMMAND, 'run', 'trap'];
    await execa(process.execPath, words, { input: '', env: clientEnv(home, { COUNTED: counted }), extendEnv: false });
    return Number(readFileSync(counted, 'utf8'));
  };
  expect(await looks()).toBe(0);
  rmSync(`${home.directory}/state/store/${trap.manifest}.stat`);
  expect(await looks()).toBeGreaterThan(0);
  expect(await looks()).toBe(0);
  utimesSync(`${trap.tree}/node_modules/left/index.js`, 1, 1);
  expect(await looks()).toBeGreaterThan(0);
  expect(await looks()).toBe(0);
});

/** lstat(2) of what the program of a package loads. */
const COUNTS_LOOKS = `
const fs = require('node:fs');
const { lstatSync } = fs;
let count = 0;
fs.lstatSync = (path, ...more) => {
  if (String(path).includes('/tree/node_modules/left')) count += 1;
  return lstatSync(path, ...more);
};
process.on('exit', () => fs.writeFileSync(process.env.COUNTED, String(count)));
`;

describe('what changed since it was locked is refused by its name, and nothing is started', () => {
  test.each<[title: string, act: (trap: LockedTrap) => void, is: string, says: string]>([
    [
      'a byte of the program',
      ({ tree }) => change(`${tree}/node_modules/${NAME}/index.js`),
      '126 package-changed at 4:14',
      `node_modules/${NAME}/index.js\` of `,
    ],
    [
      'a byte of what it loads',
      ({ tree }) => change(`${tree}/node_modules/left/index.js`),
      '126 package-changed at 4:14',
      '`node_modules/left/index.js` of ',
    ],
    [
      'a byte of what it loads, and no other size',
      ({ tree }) => change(`${tree}/node_modules/left/index.js`, (text) => text.replace('""', '"x')),
      '126 package-changed at 4:14',
      '`node_modules/left/index.js` of ',
    ],
    [
      'a file of its own beside what it loads',
      ({ tree }) => {
        chmodSync(`${tree}/node_modules/left`, 0o755);
        writeFileSync(`${tree}/node_modules/left/more.js`, '');
      },
      '126 package-changed at 4:14',
      'node_modules/left',
    ],
    [
      'a package that it would find first',
      ({ tree }) => {
        symlinkSync('../left', `${tree}/node_modules/${NAME}/node_modules`);
      },
      '126 package-changed at 4:14',
      NAME,
    ],
    [
      'a file that is gone',
      ({ tree }) => rmSync(`${tree}/node_modules/left/index.js`),
      '126 package-changed at 4:14',
      '`node_modules/left/index.js` of ',
    ],
    [
      'a link in place of a file',
      ({ tree }) => {
        renameSync(`${tree}/node_modules/left/index.js`, `${tree}/../aside.js`);
        symlinkSync('../../../aside.js', `${tree}/node_modules/left/index.js`);
      },
      '126 package-changed at 4:14',
      '`node_modules/left/index.js` of ',
    ],
    [
      'a byte of the manifest',
      ({ tree }) => change(`${tree}/../manifest`),
      '126 package-changed at 4:14',
      '/manifest, which says what',
    ],
    [
      'the lock’s word for the tree',
      ({ lock, manifest }) => change(lock, (text) => text.replaceAll(manifest, `0${manifest.slice(1)}`)),
      '127 store-missing at 4:14',
      '`mcp-secure-run lock` installs',
    ],
    [
      'the lock’s word for the program',
      ({ lock }) => change(lock, (text) => text.replace(/"sha256": "./, '"sha256": "x')),
      '2 lock-invalid',
      'mcp-secure-run.lock',
    ],
    [
      'the lock’s word for the program, by another that could be one',
      ({ lock }) => change(lock, (text) => text.replace(/"sha256": "[0-9a-f]{64}"/, `"sha256": "${'0'.repeat(64)}"`)),
      '126 package-changed at 4:14',
      `node_modules/${NAME}/index.js\` of `,
    ],
    [
      'which program it is, to one out of the tree',
      ({ lock }) => change(lock, (text) => text.replace(/"path": "[^"]*"/, '"path": "../../../open/evil.js"')),
      '2 lock-invalid',
      'mcp-secure-run.lock',
    ],
    [
      'a key that the lock has not',
      ({ lock }) => change(lock, (text) => text.replace('"version": 1', '"version": 1, "more": 1')),
      '2 lock-invalid',
      '`more`',
    ],
    [
      'the store, gone',
      ({ tree }) => rmSync(`${tree}/../..`, { recursive: true }),
      '127 store-missing at 4:14',
      'lock',
    ],
    ['the lock, gone', ({ lock }) => rmSync(lock), '126 not-locked at 4:14', '`mcp-secure-run lock trap`'],
    ['the lock, for others to write', ({ lock }) => chmodSync(lock, 0o666), '2 lock-invalid', '`chmod go-w '],
    [
      'the lock, a link',
      ({ lock }) => {
        renameSync(lock, `${lock}.real`);
        symlinkSync(`${lock}.real`, lock);
      },
      '2 lock-invalid',
      'is a link',
    ],
    [
      'the tree, for others to write',
      ({ tree }) => chmodSync(`${tree}/..`, 0o777),
      '126 package-changed at 4:14',
      'could be changed by another account',
    ],
  ])('%s', async (_title, act, is, says) => {
    const trap = new LockedTrap();
    act(trap);
    const { is: outcome, stderr } = await trap.outcome();
    expect(outcome).toBe(is);
    expect(stderr).toContain(says);
    const { exitCode } = await msr(trap.arena.home, ['explain', 'trap']);
    expect(String(exitCode)).toBe(is.split(' ')[0]);
  });
});

test('what it changes itself, it does not: its own files are there to read', async () => {
  const trap = new LockedTrap();
  const own = `${trap.tree}/node_modules/left/index.js`;
  trap.write(readFileSync(trap.arena.home.policy, 'utf8').replace(`${trap.open}/touched`, own));
  const { exitCode, stderr } = await msr(trap.arena.home, ['run', 'trap']);
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/EROFS|EACCES/)]);
});
