import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Cleanup } from '../../src/commands/cleanup.ts';
import { withVersions } from '../../src/commands/lock-floating.ts';
import { updatePythonTarget } from '../../src/commands/lock-update-python.ts';
import { survey } from '../../src/commands/survey.ts';
import { allow, deny } from '../../src/finding/decision.ts';
import { lockedPackage } from '../../src/lock/lock.ts';
import { readLock } from '../../src/lock/read-lock.ts';
import { makePythonLocking, PYTHON_PATH } from '../kit/locking-python.ts';
import { servePythonIndex, type Wheel } from '../kit/python-index.ts';
import { beginUpdate, daysAgo } from '../kit/updating.ts';

/** Which version of a Python package is to be written, asked of an index by the real Python in its sandbox. */

const SLOW = 120_000;
const CRM: Wheel = {
  name: 'Crm_MCP',
  version: '1.9',
  files: { 'crm.py': 'def main(): pass\n' },
  scripts: ['crm-mcp = crm:main'],
  published: '2025-01-02',
};
const LEFT: Wheel = { name: 'left', version: '1.0', files: { 'left.py': '' } };

async function serve(...all: readonly Wheel[]) {
  const index = await servePythonIndex();
  for (const one of all) index.publish(one);
  return { index, ...makePythonLocking(index) };
}

test(
  'of a package that floats the exact version is told, as it is to be written in its place',
  { timeout: SLOW },
  async () => {
    const { pip, home, index } = await serve(
      CRM,
      { ...CRM, version: '1.10', isYanked: true },
      { ...CRM, version: '1.11', requiresPython: '>=3.99' },
      { ...CRM, version: '1.12', tags: 'cp39-cp39-win_amd64' },
      { ...CRM, version: '2.0', published: daysAgo(3) },
      { ...CRM, version: '3.0rc1' },
    );
    const policy = home.write(
      'config/policy.yaml',
      `version: 1
servers:
  one: pypi:Crm_MCP
  two: { command: uvx, args: [crm-mcp@latest, --verbose] }
  three: { command: uvx, args: ["--from=crm-mcp>=2,<3", crm-mcp] }
  four: pypi:none
programPath: ${JSON.stringify(PYTHON_PATH)}
`,
    );
    const { situation, texts } = await survey(policy);
    const findings = situation.allowed ? [] : situation.findings;
    expect(findings.map(({ hint }) => hint)).toEqual(Array(4).fill(expect.stringMatching(/1\.2\.3`$/)));
    const cleanup = new Cleanup();
    const asked: string[] = [];
    const how = { npmFor: () => deny(), cleanup, onAsk: (name: string) => void asked.push(name) };
    const told = await withVersions(findings, texts, { ...how, pipFor: (python) => allow({ ...pip, python }) });
    expect(told.map(({ hint, place }) => `${place?.line}: ${hint}`)).toEqual([
      '3: write `pypi:Crm_MCP==1.9`, published 2025-01-02',
      '4: write `crm-mcp@1.9`, published 2025-01-02',
      `5: write \`"--from=crm-mcp==2.0"\`, published ${daysAgo(3)}`,
      '6: write the exact version: `none==1.2.3`',
    ]);
    expect(asked).toEqual(['crm-mcp', 'none']);
    expect(index.asked.flatMap(({ authorization }) => authorization ?? [])).toEqual([]);
    cleanup.run();
  },
);

test(
  'a newer version is taken after it was shown, and none where the index does not say how old it is',
  { timeout: SLOW },
  async () => {
    const { index, pip, home, host } = await serve(LEFT, CRM, {
      ...{ ...CRM, version: '1.10', published: daysAgo(7) },
      metadata: ['Requires-Dist: left>=1'],
    });
    index.publish({ ...CRM, version: '1.11', published: daysAgo(6) });
    const before = `version: 1
servers:
  crm: { command: uvx, args: [Crm_MCP@1.9, "1.9"] } # as it was
programPath: ${JSON.stringify(PYTHON_PATH)}
`;
    const policy = home.write('config/policy.yaml', before);
    const update = async () => {
      const { target, shown, ...locking } = await beginUpdate(policy);
      const cleanup = new Cleanup();
      const outcome = await updatePythonTarget(target, pip, { ...locking, cleanup, host, egress: undefined });
      cleanup.run();
      return { ...outcome, shown: shown.join('') };
    };
    const lock = () => {
      const read = readLock(readFileSync(`${home.directory}/config/mcp-secure-run.lock`, 'utf8'));
      if (!('lock' in read)) throw new Error(read.fault);
      return read.lock;
    };

    index.speak('HTML');
    const silent = await update();
    expect(silent.findings).toEqual([expect.objectContaining({ ident: 'lock-failed' })]);
    expect(silent.findings[0]?.message).toMatch(/does not list `pypi:crm-mcp` as JSON .*: it answers with text\/html$/);
    expect(lockedPackage(lock(), 'pypi:crm-mcp==1.9')).toBeDefined();
    expect(lockedPackage(lock(), 'pypi:crm-mcp==1.9')).not.toHaveProperty('published');
    index.speak('JSON without days');
    const undated = await update();
    expect(undated.findings[0]?.message).toMatch(
      /does not say when `pypi:crm-mcp==1\.11` was published \(`upload-time`, PEP 700\)/,
    );
    expect(readFileSync(policy, 'utf8')).toBe(before);

    index.speak('JSON');
    const updated = await update();
    expect(updated).toMatchObject({ outcome: 'updated', identity: 'pypi:crm-mcp==1.10' });
    expect(updated.shown).toContain('crm-mcp 1.9 → 1.10, 7 days old\n  + left 1.0\n');
    expect(readFileSync(policy, 'utf8')).toBe(before.replace('Crm_MCP@1.9', 'Crm_MCP@1.10'));
    expect(Object.keys(lock().packages)).toEqual(['pypi:crm-mcp==1.10', 'pypi:crm-mcp==1.9']);
    expect(lockedPackage(lock(), 'pypi:crm-mcp==1.10')?.published).toBe(daysAgo(7));
  },
);
