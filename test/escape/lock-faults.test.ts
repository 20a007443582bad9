import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { isRoot } from '../kit/account.ts';
import { makeHome } from '../kit/home.ts';
import { startLock } from '../kit/lock-machine.ts';
import { makeLocking } from '../kit/locking.ts';
import { serveRegistry } from '../kit/registry.ts';

/** `lock` where something goes wrong in the middle: nothing half made is used, and the next one finds nothing in its way. */

const SLOW = 120_000;
const WORK = '/var/tmp';

async function arrange() {
  const registry = await serveRegistry();
  const large = randomBytes(400_000).toString('base64');
  const about = { bin: { crm: 'index.js' } };
  registry.publish({ name: 'crm', version: '1.0.0', files: { 'index.js': '', 'large.txt': large }, about });
  const home = makeHome('version: 1\nservers: { crm: "npm:crm@1.0.0" }\n');
  const { directory } = home;
  return {
    ...{ registry, home },
    lock: (...mounts: readonly string[]) => startLock(home, registry, mounts),
    isLocked: () => existsSync(`${directory}/config/mcp-secure-run.lock`),
    trees: () => (existsSync(`${directory}/data/store/npm`) ? readdirSync(`${directory}/data/store/npm`) : []),
  };
}

const workOf = (pid: number | undefined): string[] =>
  readdirSync(WORK).filter((name) => name.startsWith(`mcp-secure-run-${pid}-`));

describe.runIf(isRoot)('on a machine', () => {
  test.each<[title: string, mount: (data: string) => string, said: RegExp]>([
    [
      'whose disk is full',
      (data) => `mount -t tmpfs -o size=256k tmpfs "${data}"`,
      /\[lock-failed\]: there is no room on the disk for `npm:crm@1\.0\.0`/,
    ],
    [
      'whose disk is full where npm works',
      () => `mount -t tmpfs -o size=256k tmpfs ${WORK}`,
      /\[lock-failed\]: .*no room on the disk|\[lock-failed\]: .*ENOSPC/,
    ],
    [
      'whose store is read-only',
      (data) =>
        `mkdir -p "${data}/store/npm" && mount --bind "${data}" "${data}" && mount -o remount,bind,ro "${data}"`,
      /\[lock-failed\]: `npm:crm@1\.0\.0` cannot be put into .* \(EROFS\)/,
    ],
  ])('%s, the reason is told and nothing is recorded', { timeout: SLOW }, async (_title, mount, said) => {
    const { home, lock, isLocked } = await arrange();
    const { exitCode, stderr } = await lock(mount(`${home.directory}/data`)).ended;
    expect(stderr).toMatch(said);
    expect([exitCode, isLocked()]).toEqual([125, false]);
  });

  test(
    'it is killed, or ended by Ctrl-C, while a package comes in: the next one is none the worse for it, and no token was handed over',
    { timeout: SLOW },
    async () => {
      const { registry, home, lock, isLocked, trees } = await arrange();
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const asked = new Promise<void>((resolve) => {
          registry.answer((_response, path) => (path.endsWith('.tgz') ? resolve() : 'as usual'));
        });
        const { child, ended } = lock();
        await asked;
        const [work = ''] = workOf(child.pid);
        const files = readdirSync(`${WORK}/${work}`, { recursive: true, withFileTypes: true });
        const texts = files.filter((one) => one.isFile()).map((one) => readFileSync(`${one.parentPath}/${one.name}`));
        expect(Buffer.concat(texts).includes('cafile=')).toBe(true); // it is where npm works
        expect(Buffer.concat(texts).includes('canary-of')).toBe(false);
        child.kill(signal);
        expect((await ended).signal).toBe(signal);
        expect([isLocked(), trees()]).toEqual([false, []]);
        expect(workOf(child.pid)).toEqual(signal === 'SIGINT' ? [] : [work]);
      }
      registry.answer();
      const left = readdirSync(WORK);
      const { exitCode, stdout, stderr } = await lock().ended;
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^locked npm:crm@1\.0\.0: /)]);
      expect([isLocked(), trees().length]).toEqual([true, 1]);
      expect(left.filter((name) => name.startsWith('mcp-secure-run-')).length).toBeGreaterThan(0);
      expect(stdout + stderr).not.toMatch(/canary|evil/);
      expect(registry.asked.length).toBeGreaterThan(4);
      const whoAsks = () => registry.asked.flatMap(({ authorization }) => authorization ?? []);
      expect(whoAsks()).toEqual([]);
      // By itself npm says it, with the same npmrc.
      const account = `${home.directory}/account`;
      const options = [
        `--userconfig=${account}/.npmrc`,
        `--cafile=${account}/ca.pem`,
        `--registry=${registry.address}`,
      ];
      await execa('npm', ['view', 'crm', ...options, `--cache=${home.directory}/cache`], { cwd: '/' });
      expect(whoAsks()).toContain('Bearer canary-of-the-one');
    },
  );
});

test('a tarball that ends too early is not taken for the package', { timeout: SLOW }, async () => {
  const { registry } = await arrange();
  registry.answer((response, path) => {
    if (!path.endsWith('.tgz')) return 'as usual';
    response.writeHead(200, { 'content-length': '600000' });
    return response.write(Buffer.alloc(1000), () => response.destroy());
  });
  const { install, says, store } = makeLocking(registry);
  expect(says(await install('crm', '1.0.0'))).toMatch(/^(?:lock-failed|package-refused): /);
  expect(existsSync(store.trees)).toBe(false);
});

/** As an npmrc with `fetch-timeout=1000` and `fetch-retries=0` has it, so that the test need not wait as long as a user. */
const IMPATIENT = { seconds: 1, again: 0 };

test(
  'a registry that takes the connection and says nothing, or nothing more, is given up, and is no worse for it',
  { timeout: SLOW },
  async () => {
    const { registry } = await arrange();
    const { install, says, store } = makeLocking(registry);
    const ways: Parameters<typeof registry.answer>[0][] = [
      () => {},
      begin,
      (response, path) => (path.endsWith('.tgz') ? begin(response) : 'as usual'),
    ];
    for (const way of ways) {
      registry.answer(way);
      expect(says(await install('crm', '1.0.0', undefined, IMPATIENT))).toMatch(
        /^lock-failed: https:\S+ does not answer: of `npm:crm@1\.0\.0` it sent nothing for 1 second$/,
      );
      expect(existsSync(store.trees)).toBe(false);
    }
    registry.answer();
    expect(says(await install('crm', '1.0.0'))).toBe('yes');
  },
);

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '600000' });
  response.write('{');
}
