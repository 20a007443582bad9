import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { attackSandbox, type Sandbox } from '../../src/commands/attack-sandbox.ts';
import { createHost, ownAccount } from '../../src/host/host.ts';
import { DOCUMENTS } from '../../src/render/document-schemas.ts';
import type { PublishedAttack } from '../../src/render/attack-json.ts';
import { msr, REPOSITORY } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';
import { processesWith } from '../kit/processes.js';
import { startSession } from '../kit/session.ts';

const POLICY = 'version: 1\nservers:\n  here: { command: /bin/echo }\n';

interface Document {
  readonly ok: boolean;
  readonly attacks: readonly PublishedAttack[];
  readonly findings: readonly { readonly ident: string }[];
}

async function attack(home: Home, env: Record<string, string> = {}) {
  const session = startSession(home, ['doctor', '--attack', '--json'], env);
  const { code } = await session.ended;
  const document = JSON.parse(session.stdout) as Document;
  const isValid = new Ajv2020({ strict: false }).compile(z.toJSONSchema(DOCUMENTS.attack));
  expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
  return { document, session, code };
}

/** What a run of this number has laid out; others may run at the same moment. */
const laidOut = (pid: number): string[] =>
  ['/tmp', '/dev/shm'].flatMap((at) =>
    readdirSync(at)
      .filter((name) => name.startsWith(`mcp-secure-run-attack-${pid}-`))
      .map((name) => `${at}/${name}`),
  );

describe('this machine, where servers can be confined', { timeout: 60_000 }, () => {
  test('is told that every attack held, but for those that say nothing here, which say why', async () => {
    const { document, session, code } = await attack(makeHome(POLICY));
    expect([code, session.stderr, document.ok, document.findings]).toEqual([0, '', true, []]);
    const open = document.attacks.filter(({ verdict }) => verdict === 'not held');
    expect(open.map(({ id, known }) => [id, known !== null])).toEqual([['reach-granted-socket', true]]);
    for (const { found } of document.attacks) expect(found).not.toBe('');

    // Whatever else this machine has or lacks, these can be shown on every one.
    const held = document.attacks.filter(({ verdict }) => verdict === 'held').map(({ id }) => id);
    expect(held).toEqual(expect.arrayContaining(EVERYWHERE));
  });

  test('is told in lines of 80 columns, of which the last sums up', async () => {
    const { stdout, stderr, exitCode } = await msr(makeHome(POLICY), ['doctor', '--attack'], { timeout: 60_000 });
    const lines = String(stdout).trimEnd().split('\n');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(lines.at(-1)).toMatch(/^the sandbox held against \d+ attacks; \d+ not applicable here, 1 known limit$/);
    // A path is never cut.
    expect(lines.filter((line) => line.length > 80 && !line.includes('/'))).toEqual([]);
  });

  test('has nothing of it afterwards, and nothing of yours was printed', async () => {
    const home = makeHome(POLICY);
    const env = { ACME_TOKEN: 'canary-of-the-client', NODE_OPTIONS: '--title=of-the-client' };
    const { session } = await attack(home, env);
    expect(readdirSync(home.directory, { recursive: true })).toEqual(['config', 'config/policy.yaml']);
    expect(laidOut(session.pid)).toEqual([]);
    expect(session.stdout).not.toContain('of-the-client');
  });

  test.each([
    ['SIGINT', 'nothing'],
    ['SIGTERM', 'nothing'],
    ['SIGKILL', 'no process'],
  ] as const)('is left, after a %s in the midst of it, with %s of it', async (signal, left) => {
    const session = startSession(makeHome(POLICY), ['doctor', '--attack']);
    onTestFinished(() => laidOut(session.pid).forEach((path) => rmSync(path, { recursive: true, force: true })));
    const running = () => processesWith(`mcp-secure-run-attack-${session.pid}-`);
    await expect.poll(() => running().length, { timeout: 20_000 }).toBeGreaterThan(0);
    session.child.kill(signal);
    expect(await session.ended).toEqual({ code: null, signal });
    await expect.poll(running, { timeout: 20_000 }).toEqual([]);
    if (left === 'nothing') expect(laidOut(session.pid)).toEqual([]);
  });

  test('needs no policy, and takes one that is broken', async () => {
    expect((await attack(makeHome('servers: ['))).code).toBe(0);
  });
});

const EVERYWHERE = [
  'read-file',
  'read-through-proc',
  'create-file',
  'read-accounts',
  'write-what-is-read',
  'hard-link',
  'follow-link',
  'climb',
  'plant-link',
  'read-environment',
  'read-environments',
  'read-command-lines',
  'signal-process',
  'use-descriptor',
  'outlive-launcher',
  'keep-rights',
  'read-host-name',
  'reach-loopback',
  'reach-abstract-socket',
  'reach-socket',
];

/** What is not held in a sandbox that gives something up, beside what is known; and what was, in a whole one. */
async function openIn(sandbox: Partial<Sandbox>): Promise<{ open: string[]; held: string[] }> {
  const account = ownAccount();
  if (!account) throw new Error('this account has no passwd entry');
  const { directory } = makeHome(POLICY);
  const own = { config: `${directory}/config`, state: `${directory}/state`, data: `${directory}/data` };
  const whole: Sandbox = { built: `${REPOSITORY}/dist`, filters: `${REPOSITORY}/dist`, unsafe: [] };
  const tried = await attackSandbox(createHost(account, own, process.env), { ...whole, ...sandbox });
  if (!tried.allowed) throw new Error(tried.findings.map(({ message }) => message).join('; '));
  const ids = (verdict: string) => tried.granted.filter((one) => one.verdict === verdict).map((one) => one.attack.id);
  return { open: ids('not held').filter((id) => id !== 'reach-granted-socket'), held: ids('held') };
}

describe('in a sandbox that gives something up, exactly the attacks on that succeed', { timeout: 60_000 }, () => {
  /** What holds in a sandbox that gives up nothing: asked for once, by whichever test comes first. */
  const whole: Promise<{ held: string[] }>[] = [];
  async function among(ids: readonly string[]): Promise<string[]> {
    if (whole.length === 0) whole.push(openIn({}));
    const { held } = (await whole[0]) ?? { held: [] };
    return held.filter((id) => ids.includes(id));
  }

  test('the ban on namespaces', async () => {
    const { open } = await openIn({ unsafe: ['own-sandbox'] });
    expect(open).toEqual(await among(['make-user-namespace', 'make-mounts', 'make-sandbox']));
    expect(open).toContain('make-user-namespace');
  });

  test('the network', async () => {
    const { open } = await openIn({ unsafe: ['host-network'] });
    const network = ['reach-loopback', 'find-network', 'ask-name-server', 'reach-metadata', 'reach-abstract-socket'];
    expect(open).toEqual(await among(network));
    expect(open).toContain('reach-loopback');
  });

  test('the filter for system calls', async () => {
    const { open } = await openIn({ filters: makeOpenFilters() });
    expect(open).toEqual(await among(ONLY_FILTERED));
    expect(open).toContain('use-keyring');
  });

  test('everything: then the launcher alone protects, by what it gives no server', async () => {
    const { held, open } = await openIn({ unsafe: ['no-sandbox'] });
    expect(held).toEqual(await among(['read-environment', 'use-descriptor', 'open-terminal']));
    expect(await among(open)).toEqual(open);
    expect(open.length).toBeGreaterThan(held.length);
  });
});

const ONLY_FILTERED = [
  'push-keystrokes',
  'use-keyring',
  'read-memory',
  'trace',
  'make-io-uring',
  'handle-page-faults',
  'load-bpf',
  'count-events',
  'name-file-by-number',
  'fix-addresses',
  'read-kernel-log',
  'reach-hypervisor',
  'open-kernel-crypto',
  'open-firewall',
];

/** Filters of one instruction, which allows: BPF_RET | BPF_K, SECCOMP_RET_ALLOW. */
function makeOpenFilters(): string {
  const directory = join(makeHome(POLICY).directory, 'filters');
  mkdirSync(directory);
  const allow = Buffer.from([6, 0, 0, 0, 0, 0, 0xff, 0x7f]);
  for (const architecture of ['x64', 'arm64']) writeFileSync(`${directory}/seccomp-${architecture}.bpf`, allow);
  return directory;
}
