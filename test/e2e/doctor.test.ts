import { chmodSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { msr } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';

const POLICY = 'version: 1\nservers:\n  here: { command: /bin/echo }\n';

interface Document {
  readonly version: number;
  readonly ok: boolean;
  readonly probes: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly found: string;
    readonly fix: string | null;
    readonly ident: string | null;
  }[];
}

async function doctor(home: Home, env: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = await msr(home, ['doctor', '--json'], { env });
  expect(stderr).toBe('');
  const document = JSON.parse(String(stdout)) as Document;
  return { document, exitCode, find: (name: string) => document.probes.find((probe) => probe.name === name) };
}

describe('this machine, where servers can be confined', () => {
  test('is told so, by a sandbox that was really built', async () => {
    const { document, exitCode, find } = await doctor(makeHome(POLICY));
    expect([exitCode, document.version, document.ok]).toEqual([0, 1, true]);
    expect(find('a whole sandbox')).toMatchObject({ verdict: 'ok' });
    expect(find('namespaces')).toMatchObject({ verdict: 'ok' });
    expect(find('/proc')).toMatchObject({ verdict: 'ok' });
    expect(document.probes.filter(({ verdict }) => verdict === 'fails')).toEqual([]);
  });

  test('has a document of one shape, whatever was found', async () => {
    const { document } = await doctor(makeHome(POLICY));
    expect(Object.keys(document)).toEqual(['version', 'ok', 'probes']);
    for (const probe of document.probes) {
      expect(Object.keys(probe)).toEqual(['name', 'verdict', 'found', 'fix', 'ident']);
      expect(['ok', 'untested', 'limited']).toContain(probe.verdict);
      if (probe.verdict === 'limited') expect(probe.fix).not.toBeNull();
    }
  });

  test('is told in lines of 80 columns, of which the last sums up', async () => {
    const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), ['doctor']);
    const lines = String(stdout).trimEnd().split('\n');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(lines.at(-1)).toMatch(/^servers can be started here/);
    expect(lines.filter((line) => line.length > 80 && !/`[^`]{40,}`/.test(line))).toEqual([]);
    expect(lines.find((line) => line.includes('a whole sandbox'))).toMatch(/^ok /);
  });
});

describe('nothing of yours is in the way', () => {
  test.each([
    ['a policy that is broken', 'servers: ['],
    ['a policy that asks for what is not there yet', 'version: 1\nservers: { a: { command: npm:a@1.0.0 } }\n'],
  ])('%s', async (_title, policy) => {
    expect((await doctor(makeHome(policy))).exitCode).toBe(0);
  });

  test('and nothing of yours is written', async () => {
    const home = makeHome(POLICY);
    await doctor(home);
    expect(readdirSync(home.directory, { recursive: true })).toEqual(['config', 'config/policy.yaml']);
  });
});

describe('what refuses a launch refuses it in the same words', () => {
  test.each<[title: string, env: Record<string, string>, prepare: (home: Home) => void, probe: string]>([
    ['a home that is no path', { MCP_SECURE_RUN_HOME: 'relative' }, () => {}, 'own directories'],
    [
      'a config directory that others may write',
      {},
      (home) => chmodSync(`${home.directory}/config`, 0o777),
      'config directory',
    ],
    ['a home that others may write', {}, (home) => chmodSync(home.directory, 0o777), 'config directory'],
  ])('%s', async (_title, env, prepare, probe) => {
    const home = makeHome(POLICY);
    prepare(home);
    const { document, exitCode, find } = await doctor(home, env);
    expect([exitCode, document.ok, find(probe)?.verdict]).toEqual([1, false, 'fails']);

    const { stderr } = await msr(home, ['run', 'here'], { env });
    expect(stderr).toContain(`error[${find(probe)?.ident}]`);
    expect(stderr).toContain(`hint: ${find(probe)?.fix}`);
  });
});

describe('the environment', () => {
  test('is told by names, never by values', async () => {
    const env = { NODE_OPTIONS: '--title=canary-of-the-value', ACME_TOKEN: 'another-canary' };
    const { document, exitCode, find } = await doctor(makeHome(POLICY), env);
    expect([exitCode, find('environment')?.verdict]).toEqual([0, 'limited']);
    expect(find('environment')?.found).toContain('`NODE_OPTIONS`');
    expect(JSON.stringify(document)).not.toMatch(/canary/);
  });

  test('names no program that is run', async () => {
    const home = makeHome(POLICY);
    const mark = home.write('marks/x', '');
    for (const name of ['bwrap', 'systemd-run', 'sh', 'true'])
      home.write(`bin/${name}`, `#!/bin/sh\necho ${name} >> ${mark}\n`, 0o755);
    // For whoever the servers run as, to reach and to write.
    for (const [path, mode] of [
      ['', 0o755],
      ['bin', 0o755],
      ['marks', 0o755],
      ['marks/x', 0o666],
    ] as const)
      chmodSync(`${home.directory}/${path}`, mode);
    const { exitCode, find } = await doctor(home, { PATH: `${home.directory}/bin` });
    expect([exitCode, find('a whole sandbox')?.verdict]).toEqual([0, 'ok']);
    expect(readFileSync(mark, 'utf8')).toBe('');
  });
});

test('a link of yours to our directories is told by where it leads', async () => {
  const home = makeHome(POLICY);
  home.write('elsewhere/open/x', '');
  chmodSync(`${home.directory}/elsewhere/open`, 0o777);
  symlinkSync(`${home.directory}/elsewhere/open`, `${home.directory}/state`);
  const { find } = await doctor(home);
  expect(find('state directory')).toMatchObject({
    verdict: 'limited',
    fix: `\`chmod go-w ${home.directory}/elsewhere/open\``,
  });
});
