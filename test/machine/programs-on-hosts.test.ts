import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findNpm } from '../../src/store/npm-program.ts';
import { isRoot } from '../kit/account.ts';
import { makeArena, type Arena } from '../kit/arena.ts';
import { clientEnv, COMMAND } from '../kit/command.ts';
import { PROGRAM_PATH } from '../kit/fixture-server.ts';

/**
 * What programs fetch with, on hosts whose names lead to a server of the test, by a mount over /etc/hosts, which takes
 * root. Its certificate is signed by an authority that nobody knows.
 */

const NAMES = ['curl.acme.test', 'git.acme.test', 'firm.test', 'npm.firm.test', 'node.other.test', 'evil.test'];

function certify(arena: Arena) {
  const at = (name: string): string => `${arena.make('tls')}/${name}`;
  certificate('-subj', '/CN=of the company', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  certificate(
    ...['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-keyout', at('key.pem'), '-out', at('cert.pem')],
    ...['-subj', '/CN=a server', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-addext', `subjectAltName=${NAMES.map((name) => `DNS:${name}`).join(',')}`],
  );
  execFileSync('chmod', ['a+r', at('ca.pem')]);
  return { ca: at('ca.pem'), key: readFileSync(at('key.pem')), cert: readFileSync(at('cert.pem')) };
}

const certificate = (...words: readonly string[]) =>
  execFileSync('openssl', ['req', '-x509', ...NEW_KEY, ...words], { stdio: 'pipe' });

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];

/** A page, a repository for git (as files, which it takes too), and a registry for npm. */
async function serve(arena: Arena) {
  const { ca, key, cert } = certify(arena);
  const repository = `${arena.make('git')}/repo`;
  arena.plant('git/repo/word', 'welcome\n');
  const git = (...words: readonly string[]) => execFileSync('git', ['-C', repository, ...IDENTITY, ...words]);
  git('init', '-q', '-b', 'main');
  git('add', 'word');
  git('commit', '-q', '-m', 'one');
  git('update-server-info');
  arena.plant('npm/package/package.json', '{"name":"greeting","version":"1.0.0"}');
  arena.plant('npm/package/word', 'welcome\n');
  const tarball = execFileSync('tar', ['-C', arena.at('npm'), '-cz', 'package']);

  const callers: string[] = [];
  const server = createServer({ key, cert }, ({ url = '', headers: { host = '' } }, response) => {
    callers.push(host.split(':')[0] ?? '');
    const [file] = url.split('?');
    if (file === '/') return response.end('welcome\n');
    if (file === '/greeting') return response.end(JSON.stringify(packument(host)));
    if (file === '/greeting.tgz') return response.end(tarball);
    try {
      return response.end(readFileSync(`${repository}/.git/${file?.replace('/repo.git/', '')}`));
    } catch {
      return response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => (server.closeAllConnections(), void server.close()));
  return { ca, callers, port: (server.address() as AddressInfo).port };
}

const IDENTITY = ['-c', 'user.name=anna', '-c', 'user.email=anna@acme.test', '-c', 'commit.gpgsign=false'];

function packument(host: string) {
  const version = { name: 'greeting', version: '1.0.0', description: 'welcome' };
  const versions = { '1.0.0': { ...version, dist: { tarball: `https://${host}/greeting.tgz` } } };
  return { name: 'greeting', 'dist-tags': { latest: '1.0.0' }, versions };
}

async function fetchAll(arena: Arena, port: number, policy: object, more: object = {}, args: readonly string[] = []) {
  const entry = {
    command: '/bin/sh',
    args: [arena.attacker('use-hosts.sh'), String(port), ...args],
    network: [`*.acme.test:${port}`, `.firm.test:${port}`, `node.other.test:${port}`, `127.0.0.1:${port}`],
    unsafe: ['unlocked'],
    ...more,
  };
  const text = JSON.stringify({ version: 1, programPath: PROGRAM_PATH, ...policy, servers: { crm: entry } });
  writeFileSync(arena.home.policy, text);
  const hosts = arena.plant('hosts', ['localhost', ...NAMES].map((name) => `127.0.0.1 ${name}\n`).join(''));
  const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
  const { stdout, stderr } = await execa(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', hosts, process.execPath, COMMAND, 'run', 'crm'],
    { reject: false, extendEnv: false, env: clientEnv(arena.home), cwd: '/', timeout: 60_000 },
  );
  expect(stderr).not.toContain('error[');
  return stdout.split('\n');
}

describe.runIf(isRoot)('programs that a server starts', { timeout: 60_000 }, () => {
  test('reach the hosts of a wildcard, and no other, and trust whom `egress.ca` names', async () => {
    const arena = makeArena();
    const { ca, port, callers } = await serve(arena);
    const npm = findNpm(process.execPath, PROGRAM_PATH)?.cli ?? 'npm is not there';
    expect(await fetchAll(arena, port, { egress: { ca } }, {}, [npm])).toEqual([
      ...['curl', 'git ls-remote', 'git clone', 'python', 'fetch'].map((name) => `${name}: GOT`),
      'curl, elsewhere: ended with 56', // the proxy said no
      ...['npm view', 'npm install'].map((name) => `${name}: GOT`),
    ]);
    expect([...new Set(callers)].toSorted()).toEqual(NAMES.filter((name) => name !== 'evil.test').toSorted());
  });

  test('trust it nowhere without', async () => {
    const arena = makeArena();
    const { port, callers } = await serve(arena);
    expect(await fetchAll(arena, port, {})).toEqual([
      ...['curl: ended with 60', 'git ls-remote: ended with 1', 'git clone: ended with 128', 'python: ended with 1'],
      ...['fetch: ended with 1', 'curl, elsewhere: ended with 56'],
    ]);
    expect(callers).toEqual([]);
  });
});
