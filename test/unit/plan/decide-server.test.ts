import { describe, expect, test } from 'vitest';
import { decide, started } from '../../kit/decide.ts';
import { link, program, statedHost, type Tree } from '../../kit/stated-host.ts';

const POLICY = `
version: 1
servers:
  crm: { command: /opt/acme/bin/crm, args: [--quiet] }
  script: { command: node, args: [/opt/acme/crm.js] }
  twin: { command: /opt/acme/bin/twin }
  other-twin: { command: /usr/bin/twin }
  gone: { command: /opt/gone, args: [--quiet] }
`;
const TREE: Tree = {
  '/opt/acme/bin/twin': program(),
  '/usr/bin/twin': link('/opt/acme/bin/twin'),
  '/usr/bin/crm': link('/opt/acme/bin/crm'),
  '/srv/crm': program(),
};

describe('`run` with these words starts', () => {
  test.each([
    ['crm', '/opt/acme/bin/crm --quiet'],
    ['crn', 'refused: server-unknown'],
    ['CRM', 'refused: server-unknown'],
    ['__proto__', 'refused: server-unknown'],
    ['crm -- --loud', 'refused: arguments-not-allowed'],
    ['-- /opt/acme/bin/crm --quiet', '/opt/acme/bin/crm --quiet'],
    ['-- /usr/bin/crm --quiet', '/opt/acme/bin/crm --quiet'],
    ['-- crm --quiet', '/opt/acme/bin/crm --quiet'],
    ['-- /opt/acme/bin/crm', 'refused: command-not-allowed'],
    ['-- /opt/acme/bin/crm --quiet --loud', 'refused: command-not-allowed'],
    ['-- /opt/acme/bin/crm --loud', 'refused: command-not-allowed'],
    ['-- /srv/crm --quiet', 'refused: command-not-allowed'],
    ['-- ./crm --quiet', 'refused: command-not-allowed'],
    ['-- /usr/bin/node /opt/acme/crm.js', '/usr/bin/node /opt/acme/crm.js'],
    ['-- node /opt/acme/crm.js', '/usr/bin/node /opt/acme/crm.js'],
    ['-- node --inspect /opt/acme/crm.js', 'refused: command-not-allowed'],
    ['-- /opt/acme/bin/twin', 'refused: command-ambiguous'],
    ['-- /opt/gone --quiet', 'refused: program-missing'],
    ['-- /opt/gone', 'refused: command-not-allowed'],
    ['-- /opt/nowhere --quiet', 'refused: command-not-allowed'],
  ])('%s → %s', (words, expected) => {
    expect(started(decide(POLICY, words, statedHost({ tree: TREE })))).toBe(expected);
  });
});

test.each([
  ['crn', 'did you mean `crm`?'],
  ['zzzzzzzzz', 'has `crm`, `script`, `twin`, `other-twin`, `gone`'],
  ['-- /opt/acme/bin/twin', 'say which: `mcp-secure-run run twin`'],
])('%s is told what to type: %s', (words, hint) => {
  const decision = decide(POLICY, words, statedHost({ tree: TREE }));
  expect(decision.allowed ? '' : decision.findings[0]?.hint).toContain(hint);
});

test('closed by default: a policy without servers starts nothing', () => {
  const empty = 'version: 1\nservers: {}\n';
  expect(started(decide(empty, 'crm', statedHost()))).toBe('refused: server-unknown');
  expect(started(decide(empty, '-- /opt/acme/bin/crm', statedHost()))).toBe('refused: command-not-allowed');
});
