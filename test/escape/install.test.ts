import { execa } from 'execa';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { platformName } from '../../src/store/places.ts';
import { verifyTree } from '../../src/store/verify-tree.ts';
import { makeHome } from '../kit/home.ts';
import { makeLocking } from '../kit/locking.ts';
import { serveRegistry, type Published } from '../kit/registry.ts';

/** Real npm, real sandbox; the registry alone is a stand-in, so that it can be wrong. */

const SERVER: Published = {
  name: '@acme/crm-mcp',
  version: '1.4.0',
  files: { 'index.js': '#!/usr/bin/env node\nconsole.log("crm")\n' },
  about: { bin: './index.js', dependencies: { left: '^1.0.0' }, license: 'MIT', engines: { node: '>=18' } },
};
const LEFT: Published = { name: 'left', version: '1.0.1', files: { 'index.js': 'module.exports = 1\n' } };

const SLOW = 120_000;

async function serve(...more: readonly Published[]) {
  const registry = await serveRegistry();
  for (const one of [SERVER, LEFT, ...more]) registry.publish(one);
  return registry;
}

describe('a package is installed', () => {
  test('and installed again as it is locked, to the same tree', { timeout: SLOW }, async () => {
    const registry = await serve();
    const { install, store, host, says } = makeLocking(registry);
    const first = await install('@acme/crm-mcp', '1.4.0');
    expect(says(first)).toBe('yes');
    if (!first.allowed) return;
    expect(first.granted).toMatchObject({ engines: '>=18', license: 'MIT', published: '2026-01-02', scripts: [] });
    expect(Object.keys(first.granted.dependencies)).toEqual(['node_modules/@acme/crm-mcp', 'node_modules/left']);
    expect(first.granted.bins).toMatchObject({ 'crm-mcp': { path: 'node_modules/@acme/crm-mcp/index.js' } });
    const manifest = first.granted.manifests[platformName()] ?? '';
    expect(readdirSync(store.trees)).toEqual([manifest]);
    expect(readdirSync(`${host.directories.data}/store`)).not.toContain('mcp-secure-run-');
    const verdict = verifyTree({ store, manifest, uid: host.account.uid, deep: true });
    expect(verdict).toMatchObject({ ok: true });

    registry.publish({ ...LEFT, version: '1.0.2' }); // what `^1.0.0` means by now
    const other = makeLocking(registry);
    const again = await other.install('@acme/crm-mcp', '1.4.0', first.granted);
    expect(again).toEqual(first);
    const anew = await makeLocking(registry).install('@acme/crm-mcp', '1.4.0');
    expect(anew).not.toEqual(first);
  });

  test('by two at once into one store, and both have it whole', { timeout: SLOW }, async () => {
    const registry = await serve();
    const { install, store, host, says } = makeLocking(registry);
    const both = await Promise.all([install('@acme/crm-mcp', '1.4.0'), install('@acme/crm-mcp', '1.4.0')]);
    expect(both.map(says)).toEqual(['yes', 'yes']);
    const [manifest = ''] = readdirSync(store.trees);
    expect(readdirSync(store.trees)).toHaveLength(1);
    expect(verifyTree({ store, manifest, uid: host.account.uid, deep: true })).toMatchObject({ ok: true });
  });
});

describe('what installs', () => {
  test('runs no script of a package, which npm by itself does', { timeout: SLOW }, async () => {
    const home = makeHome('');
    chmodSync(home.directory, 0o777);
    const mark = `${home.directory}/mark`;
    const scripts = { install: `echo it ran > ${mark}` };
    const evil: Published = { name: 'evil', version: '1.0.0', about: { scripts, bin: { evil: 'package.json' } } };
    const registry = await serve(evil);
    const cafile = home.write('ca.pem', registry.ca);
    const prefix = `${home.directory}/plain`;
    mkdirSync(prefix);
    const options = [`--registry=${registry.address}`, `--cafile=${cafile}`, `--cache=${prefix}/cache`];
    await execa('npm', ['install', 'evil@1.0.0', `--prefix=${prefix}`, ...options], {
      cwd: prefix,
    });
    const outside =
      existsSync(mark) || readFileSync(`${prefix}/package-lock.json`, 'utf8').includes('hasInstallScript');
    expect(outside).toBe(true); // newer versions of npm may hold scripts back by themselves

    const { install } = makeLocking(registry);
    const before = existsSync(mark) ? readFileSync(mark, 'utf8').length : 0;
    const installed = await install('evil', '1.0.0');
    expect(installed).toMatchObject({ allowed: true, granted: { scripts: ['evil'] } });
    expect(existsSync(mark) ? readFileSync(mark, 'utf8').length : 0).toBe(before);
  });

  test(
    'has no variable, token or file of whoever locks, nor what their directory says',
    { timeout: SLOW },
    async () => {
      const registry = await serve();
      const home = makeHome('');
      chmodSync(home.directory, 0o755);
      const root = `${home.directory}/npm`;
      const canary = home.write('canary', 'the canary sings', 0o644);
      home.write('npm/package.json', '{"name":"npm","version":"11.0.0"}', 0o644);
      const probe = `const fs = require('node:fs');
      const attempt = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch (error) { return error.code; } };
      const read = ['${canary}', '${process.env['HOME']}/.npmrc', '${home.directory}/project/.npmrc'].map(attempt);
      console.log(JSON.stringify({ env: process.env, cwd: process.cwd(), read, argv: process.argv }));`;
      const cli = home.write('npm/bin/npm-cli.js', probe, 0o644);
      for (const directory of ['npm', 'npm/bin']) chmodSync(`${home.directory}/${directory}`, 0o755);
      mkdirSync(`${home.directory}/project`);
      writeFileSync(`${home.directory}/project/.npmrc`, 'registry=https://evil.example/\n');
      process.env['CANARY_TOKEN'] = 'sung-by-the-canary';
      const before = process.cwd();
      process.chdir(`${home.directory}/project`);
      onTestFinished(() => {
        process.chdir(before);
        delete process.env['CANARY_TOKEN'];
      });
      const outside = await execa(process.execPath, [cli], { cwd: `${home.directory}/project` });
      expect(outside.stdout).toContain('sung-by-the-canary');
      expect(outside.stdout).toContain('the canary sings');

      const { run } = makeLocking(registry, { root, cli, version: '11.0.0' });
      const ran = await run(['install']);
      expect(ran.allowed && ran.granted.code).toBe(0);
      const out = ran.allowed ? ran.granted.out : '';
      const said: { read: string[]; cwd: string; argv: string[] } = JSON.parse(out);
      expect(said.read.every((one) => /^E[A-Z]+$/.test(one))).toBe(true);
      expect(said.cwd).toBe('/home/sandbox/work');
      expect(said.argv).toContain(`--registry=${registry.address}`);
      for (const word of ['sung-by-the-canary', 'the canary sings', 'evil.example']) expect(out).not.toContain(word);
    },
  );

  test('says to no registry who asks', { timeout: SLOW }, async () => {
    const registry = await serve();
    await makeLocking(registry).install('@acme/crm-mcp', '1.4.0');
    expect(registry.asked.length).toBeGreaterThan(2);
    expect(registry.asked.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });
});

describe('nothing is in the store, and the reason is told, when', () => {
  const wrong = `sha512-${'A'.repeat(86)}==`;
  test.each<[title: string, more: Published[], name: string, version: string, said: RegExp]>([
    [
      'there is no such package',
      [],
      'no-such-package',
      '1.0.0',
      /^lock-failed: .* has no `npm:no-such-package@1\.0\.0`/,
    ],
    ['there is no such version', [], '@acme/crm-mcp', '9.9.9', /^lock-failed: .* has no `npm:@acme\/crm-mcp@9\.9\.9`/],
    [
      'a tarball is not what the registry says',
      [{ ...LEFT, version: '1.0.9', integrity: wrong }],
      '@acme/crm-mcp',
      '1.4.0',
      /^package-refused: .* is not what its registry says it is/,
    ],
    [
      'the registry gives a weaker hash',
      [{ ...SERVER, version: '2.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
      '@acme/crm-mcp',
      '2.0.0',
      /^package-refused: .* gives no `sha512-/,
    ],
    [
      'a part comes from elsewhere',
      [
        {
          ...SERVER,
          version: '2.0.0',
          about: { bin: './index.js', dependencies: { x: 'git+https://evil.example/x.git' } },
        },
      ],
      '@acme/crm-mcp',
      '2.0.0',
      /^(?:lock-failed|package-refused): /,
    ],
    ['it has no program', [], 'left', '1.0.1', /^package-refused: .* has no program to run/],
  ])('%s', { timeout: SLOW }, async (_title, more, name, version, said) => {
    const registry = await serve(...more);
    const { install, says } = makeLocking(registry);
    expect(says(await install(name, version))).toMatch(said);
  });

  test('the registry fails, asks for a sign-in, or is not trusted', { timeout: SLOW }, async () => {
    const registry = await serve();
    const { install, says, store } = makeLocking(registry);
    registry.answer((response) => void response.writeHead(401).end('{}'));
    expect(says(await install('left', '1.0.1'))).toMatch(/^lock-failed: .* only to who is signed in/);
    registry.answer((response) => void response.writeHead(500).end('no'));
    expect(says(await install('left', '1.0.1'))).toMatch(/^lock-failed: .*500/);
    const stranger = makeLocking({ address: registry.address, ca: (await serveRegistry()).ca });
    expect(says(await stranger.install('left', '1.0.1'))).toMatch(/^lock-failed: the certificate of /);
    expect(existsSync(store.trees)).toBe(false);
  });

  test('it is interrupted; and the next one removes what is left', { timeout: SLOW }, async () => {
    const registry = await serve();
    const { install, says, kills, store } = makeLocking(registry);
    const hung = new Promise<void>((resolve) => registry.answer(() => resolve()));
    const installing = install('left', '1.0.1');
    await hung;
    for (const kill of kills) kill();
    expect(says(await installing)).toMatch(/^lock-failed: .* npm was ended by SIGKILL|exit code/);
    expect(existsSync(store.trees)).toBe(false);
  });
});
