import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileLayer } from '../../../src/policy-text/compile.ts';
import { keepLiteral } from '../../../src/policy-text/keep-literal.ts';
import { propose } from '../../../src/policy-text/propose.ts';
import { parseReference } from '../../../src/policy/reference.ts';

const server = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/).filter((one) => one !== '__proto__');

test('a token of a server', () => {
  expect(keepLiteral({ server: 'github', name: 'GITHUB_TOKEN', value: 'canary' })).toEqual({
    reference: 'keyring:mcp-secure-run/github.GITHUB_TOKEN',
    store: { service: 'mcp-secure-run', account: 'github.GITHUB_TOKEN', value: 'canary' },
    words: ['secrets', 'set', 'keyring:mcp-secure-run/github.GITHUB_TOKEN'],
    change: { kind: 'secret', name: 'GITHUB_TOKEN', reference: 'keyring:mcp-secure-run/github.GITHUB_TOKEN' },
  });
});

test('whatever server and variable: the reference names that place, and the value is in nothing but the store', () => {
  fc.assert(
    fc.property(server, name, (id, variable) => {
      const { store, ...rest } = keepLiteral({ server: id, name: variable, value: 'ca na\nry' });
      expect(parseReference(rest.reference)).toEqual({
        ok: true,
        reference: { provider: 'keyring', service: store.service, account: store.account },
      });
      expect(JSON.stringify(rest)).not.toContain('ca na');
    }),
  );
});

test('no two variables meet', () => {
  fc.assert(
    fc.property(server, name, server, name, (id, variable, otherId, otherVariable) => {
      const [one, other] = [
        keepLiteral({ server: id, name: variable, value: '' }),
        keepLiteral({ server: otherId, name: otherVariable, value: '' }),
      ];
      expect(one.reference === other.reference).toBe(id === otherId && variable === otherVariable);
    }),
  );
});

test('the policy with the change is valid, and has the secret', async () => {
  await fc.assert(
    fc.asyncProperty(server, name, async (id, variable) => {
      const { change, store } = keepLiteral({ server: id, name: variable, value: '' });
      const before = `version: 1\nservers: { ${JSON.stringify(id)}: { command: /bin/true } }\n`;
      const decision = propose('/p.yaml', before, id, change);
      const layer = await compileLayer('user', [
        { file: '/p.yaml', text: decision.allowed ? decision.granted.text : 'refused' },
      ]);
      expect(layer.allowed && layer.granted.layer.servers[0]?.secrets).toMatchObject([
        { name: variable, from: { provider: 'keyring', service: store.service, account: store.account }, as: 'env' },
      ]);
    }),
  );
});
