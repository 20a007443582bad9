import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileLayer } from '../../../src/policy-text/compile.ts';
import { jsonSchema } from '../../../src/policy-text/json-schema.ts';
import { JsonSchema } from '../../kit/from-json-schema.ts';
import { layout } from '../../kit/layout.ts';
import { TRICKS, VALID } from '../../kit/policy-texts.ts';
import { runs, timeFor } from '../../kit/runs.ts';

type Server = Record<string, unknown>;

/** One thing each that a policy is refused for. */
const FAULTS: readonly (readonly [title: string, ident: string, server: Server])[] = [
  ['an unknown key', 'policy-unknown-key', { netwrk: 'none' }],
  ['no program', 'policy-missing-key', { command: undefined }],
  ['a command line', 'policy-value', { command: 'node server.js' }],
  ['a program that is relative', 'policy-value', { command: './node' }],
  ['an argument from the home', 'policy-value', { args: ['~/x'] }],
  ['a slot that says nothing', 'policy-value', { args: [{ optional: true }] }],
  ['`rest` that is not the last', 'policy-value', { args: [{ rest: { path: 'read' } }, 'x'] }],
  ['an expression that looks ahead', 'policy-value', { args: [{ match: '(?!x)' }] }],
  ['a hash that is short', 'policy-value', { sha256: 'abc' }],
  ['a variable of no name', 'policy-value', { env: { 'A=B': 'x' } }],
  ['a variable that is a number', 'policy-value', { env: { A: 1 } }],
  ['a grant that is relative', 'policy-value', { files: { read: ['data'] } }],
  ['a grant with a way out', 'policy-value', { files: { write: ['/srv/../etc'] } }],
  ['state that loads code', 'policy-value', { state: ['.ssh'] }],
  ['a host with a path', 'policy-value', { network: ['api.example.com/x'] }],
  ['a wildcard over a registry', 'policy-value', { network: ['*.com'] }],
  ['a size that is none', 'policy-value', { limits: { memory: '1 GB' } }],
  ['a tool that is maybe', 'policy-value', { tools: { '*': 'maybe' } }],
  ['a secret, written out', 'policy-value', { secrets: { TOKEN: 'ghp_0123456789' } }],
  ['what cannot be given up', 'policy-value', { unsafe: ['all'] }],
  ['grants without a sandbox', 'policy-meaningless', { files: {}, unsafe: ['no-sandbox'] }],
  ['a network that is given up', 'policy-meaningless', { network: 'none', unsafe: ['host-network'] }],
];

const withFault = (fault: Server): Server =>
  Object.fromEntries(Object.entries({ command: 'node', ...fault }).filter(([, value]) => value !== undefined));

async function identsOf(text: string): Promise<readonly string[] | undefined> {
  const layer = await compileLayer('user', [{ file: 'p.yaml', text }]);
  return layer.allowed ? undefined : layer.findings.map(({ ident }) => ident);
}

describe('what is refused for one thing stays refused', () => {
  const FEW = runs(0.04 / FAULTS.length);
  const others = new JsonSchema(jsonSchema('policy')).values();

  test.each(FAULTS)('%s: however it is laid out', timeFor(FEW), async (_title, ident, fault) => {
    const policy = { version: 1, programPath: ['/usr/bin'], servers: { other: 'node', crm: withFault(fault) } };
    await fc.assert(
      fc.asyncProperty(layout(), async (layOut) => {
        const text = layOut(policy);
        expect(parse(text), text).toEqual(policy);
        expect(await identsOf(text), text).toContain(ident);
      }),
      FEW,
    );
  });

  test.each(FAULTS)('%s: whatever else is said', timeFor(FEW), async (_title, ident, fault) => {
    await fc.assert(
      fc.asyncProperty(others, layout(), async (other, layOut) => {
        const { ceiling: _ceiling, lockdown: _lockdown, ...around } = other as Server;
        const beside = { ...around, servers: { ...(around['servers'] as object) } };
        const isRight = (await identsOf(JSON.stringify(beside))) === undefined;
        const text = layOut({ ...beside, servers: { ...beside.servers, crm: withFault(fault) } });
        // Where the rest is wrong too, that may be all that is told at once.
        const idents = await identsOf(text);
        expect(idents, text).toContain(isRight ? ident : idents?.[0]);
      }),
      FEW,
    );
  });

  test.each(FAULTS)('%s: whatever stands below it', timeFor(FEW), async (_title, ident, fault) => {
    const text = `version: 1\nservers:\n  crm: ${JSON.stringify(withFault(fault))}\n`;
    expect(await identsOf(text)).toEqual([ident]);
    const below = fc.oneof(
      fc.array(fc.constantFrom(...TRICKS), { maxLength: 12 }).map((tricks) => tricks.join('')),
      fc.constantFrom(...VALID),
      fc.constantFrom(...VALID).map((policy) => policy.replace(/^version: 1\n|^servers:\n/gm, '')),
    );
    await fc.assert(
      fc.asyncProperty(below, async (more) => {
        expect(await identsOf(text + more), text + more).toBeDefined();
      }),
      FEW,
    );
  });

  /** What only a text can be wrong with: below a server `crm`. */
  test.each([
    ['a key twice', 'command: node\n    command: node'],
    ['a key twice, in other quotes', 'command: node\n    "comman\\x64": node'],
    ['an anchor', 'command: &a node'],
    ['an alias', 'command: &a node\n    env: { A: *a }'],
    ['a merge', '<<: { command: node }'],
    ['a tag of one’s own', 'command: !mine node'],
    ['a key that JavaScript knows', 'command: node\n    __proto__: { unsafe: [no-sandbox] }'],
    ['a key that is a list', 'command: node\n    ? [a]\n    : b'],
    ['a tab as indentation', 'command: node\n\targs: []'],
    ['a list that does not end', 'command: node\n    args: ["a"'],
    ['a second document', 'command: node\n---\nversion: 1'],
  ])('%s: with other white space and notes', timeFor(FEW), async (_title, server) => {
    const notes = fc.array(fc.constantFrom('', '# a note', '   ', '#', '# command: node'), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        notes,
        notes,
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\ufeff'),
        async (before, after, end, mark) => {
          const lines = [...before, 'version: 1', 'servers:', '  crm:', `    ${server}`, ...after, ''];
          const text = mark + lines.join('\n').replaceAll('\n', end);
          expect(await identsOf(text), text).toContain('policy-syntax');
        },
      ),
      FEW,
    );
  });
});
