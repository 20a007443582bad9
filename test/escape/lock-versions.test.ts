import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Cleanup } from '../../src/commands/cleanup.ts';
import { withVersions } from '../../src/commands/lock-floating.ts';
import { updateTarget } from '../../src/commands/lock-update.ts';
import { survey } from '../../src/commands/survey.ts';
import { allow, deny } from '../../src/finding/decision.ts';
import { readLock } from '../../src/lock/read-lock.ts';
import { makeLocking } from '../kit/locking.ts';
import { serveRegistry, type Published } from '../kit/registry.ts';
import { beginUpdate, daysAgo } from '../kit/updating.ts';

/** Which version is to be written, asked of a registry by the real npm in its sandbox. */

const SLOW = 120_000;
const CRM: Published = {
  name: '@acme/crm',
  version: '1.9.0',
  files: { 'index.js': '' },
  about: { bin: { crm: 'index.js' } },
  published: '2025-01-02',
};
const LEFT: Published = { name: 'left', version: '1.0.0', published: '2025-01-02' };
const NEWER: Published = {
  ...CRM,
  version: '1.10.0',
  about: { ...CRM.about, dependencies: { left: '1.0.0' }, scripts: { install: 'true' } },
};

async function serve(...all: readonly Published[]) {
  const registry = await serveRegistry();
  for (const one of all) registry.publish(one);
  return makeLocking(registry);
}

test(
  'of a package that floats the exact version is told, as it is to be written in its place',
  { timeout: SLOW },
  async () => {
    const { npm, home } = await serve(CRM, { ...CRM, version: '2.0.0', published: daysAgo(3) });
    const policy = home.write(
      'config/policy.yaml',
      `version: 1
servers:
  one: npm:@acme/crm
  two: { command: npx, args: [-y, "@acme/crm@latest", stdio] }
  three: { command: npx, args: ["--package=@acme/crm@^2", crm] }
  four: npm:@acme/none
`,
    );
    const { situation, texts } = await survey(policy);
    const findings = situation.allowed ? [] : situation.findings;
    expect(findings.map(({ hint }) => hint)).toEqual(Array(4).fill(expect.stringMatching(/1\.2\.3`$/)));
    const cleanup = new Cleanup();
    const asked: string[] = [];
    const how = {
      npmFor: () => allow(npm),
      pipFor: () => deny(),
      cleanup,
      onAsk: (name: string) => void asked.push(name),
    };
    const told = await withVersions(findings, texts, how);
    expect(told.map(({ hint, place }) => `${place?.line}: ${hint}`)).toEqual([
      '3: write `npm:@acme/crm@1.9.0`, published 2025-01-02',
      '4: write `"@acme/crm@1.9.0"`, published 2025-01-02',
      `5: write \`"--package=@acme/crm@2.0.0"\`, published ${daysAgo(3)}`,
      '6: write the exact version: `@acme/none@1.2.3`',
    ]);
    expect(asked).toEqual(['@acme/crm', '@acme/none']);

    cleanup.run();
  },
);

test(
  'a newer version is taken after it was shown, into the argument of the line that a client has',
  { timeout: SLOW },
  async () => {
    const young = { ...NEWER, version: '1.11.0', published: daysAgo(6) };
    const { npm, home } = await serve(LEFT, CRM, { ...NEWER, published: daysAgo(7) }, young);
    const before =
      'version: 1\nservers:\n  crm: { command: npx, args: [-y, "@acme/crm@1.9.0", "1.9.0"] } # as it was\n';
    const policy = home.write('config/policy.yaml', before);
    const { surveyed, target, io, options, shown } = await beginUpdate(policy);
    const cleanup = new Cleanup();
    const updated = await updateTarget(target, { npm, surveyed, cleanup, io, options });
    cleanup.run();
    expect(updated).toMatchObject({ outcome: 'updated', identity: 'npm:@acme/crm@1.10.0' });
    expect(shown.join('')).toContain('@acme/crm 1.9.0 → 1.10.0, 7 days old\n  ! @acme/crm has an install script');
    expect(shown.join('')).toContain('+ left 1.0.0\n');
    const after = before.replace('crm@1.9.0', 'crm@1.10.0');
    expect(readFileSync(policy, 'utf8')).toBe(after);
    const read = readLock(readFileSync(`${home.directory}/config/mcp-secure-run.lock`, 'utf8'));
    expect('lock' in read && Object.keys(read.lock.packages)).toEqual(['npm:@acme/crm@1.10.0', 'npm:@acme/crm@1.9.0']);
  },
);
