import { describe, expect, test } from 'vitest';
import { decideServer } from '../../../src/plan/decide-server.ts';
import { readRunArguments } from '../../../src/run-arguments.ts';
import { decide, ENGINES, granted, identsOf, policyOf, started, told } from '../../kit/decide.ts';
import { directory, link, program, statedHost, type Tree } from '../../kit/stated-host.ts';

const POLICY = `
version: 1
servers:
  crm: { command: /opt/acme/bin/crm, args: [--quiet] }
  script: { command: node, args: [/opt/acme/crm.js] }
  twin: { command: /opt/acme/bin/twin }
  other-twin: { command: /usr/bin/twin }
  gone: { command: /opt/gone, args: [--quiet] }
`;
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
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

const PACKAGES = `
version: 1
servers:
  files: { command: "npm:@acme/files@1.2.3", args: [--ro, { path: read }], files: { read: [/srv/data] } }
  other: { command: npx, args: [-y, other@1.0.0] }
  named: { command: npx, args: [-y, -p, other@1.0.0, serve] }
  python: pypi:some-server==1.0
  image: oci:acme/crm@${DIGEST}
`;
const NPM: Tree = {
  '/usr/lib/npm/npx-cli.js': program(),
  '/usr/bin/npx': link('/usr/lib/npm/npx-cli.js'),
  '/opt/node/bin/npx': link('/usr/lib/npm/npx-cli.js'),
  '/tmp/evil/npx': program(),
  '/srv/data': directory(),
};

// Nothing is locked here, so that what is found is refused as that, or as what is not started yet. What is not found is refused before.
describe('a line of a launcher means', () => {
  test.each([
    ['npx -y @acme/files@1.2.3 --ro /srv/data', 'files'],
    ['npx @acme/files@1.2.3 --ro /srv/data', 'files'],
    ['npm exec -- @acme/files@1.2.3 --ro /srv/data', 'files'],
    ['bunx @acme/files@1.2.3 --ro /srv/data', 'files'],
    ['/usr/bin/npx -y @acme/files@1.2.3 --ro /srv/data', 'files'],
    ['/opt/node/bin/npx -y @acme/files@1.2.3 --ro /srv/data', 'files'],
    ['/tmp/evil/npx -y @acme/files@1.2.3 --ro /srv/data', undefined],
    ['./npx -y @acme/files@1.2.3 --ro /srv/data', undefined],
    ['/nowhere/npx -y @acme/files@1.2.3 --ro /srv/data', undefined],
    ['npx -y @acme/files@1.2.4 --ro /srv/data', undefined],
    ['npx -y @acme/files --ro /srv/data', undefined],
    ['npx -y @acme/files@1.2.3 --ro /etc', undefined],
    ['npx -y @acme/files@1.2.3 --ro', undefined],
    ['npx -y @acme/files@1.2.3 --ro /srv/data --rw', undefined],
    ['npx -y -c @acme/files@1.2.3 --ro /srv/data', undefined],
    ['npx -y other@1.0.0', 'other'],
    ['pnpm dlx other@1.0.0', 'other'],
    ['npx -y --package=other@1.0.0 serve', 'named'],
    ['npx -y -p other@1.0.0 other', undefined],
    ['uvx some-server@1.0', 'python'],
    ['uvx --from Some_Server==1.0 some-server', 'python'],
    ['uvx some-server@1.1', undefined],
    ['pipx run some-server==1.0', 'python'],
    [`docker run -i --rm acme/crm@${DIGEST}`, 'image'],
    [`podman run -i docker.io/acme/crm:1@${DIGEST}`, 'image'],
    [`docker run -i --privileged acme/crm@${DIGEST}`, undefined],
    [`docker run -i other/crm@${DIGEST}`, undefined],
    ['sudo npx -y other@1.0.0', undefined],
    ['env A=1 npx -y other@1.0.0', undefined],
    ['npm:other@1.0.0', undefined],
  ])('%s → %s', (line, id) => {
    const { request } = granted(readRunArguments(['--', ...line.split(' ')]));
    const decision = decideServer(request, policyOf(PACKAGES), statedHost({ tree: NPM }), ENGINES);
    expect(told(decision, ({ entries: [{ server }] }) => server.id)).toBe(id ?? 'refused: command-not-allowed');
    if (id !== undefined)
      expect(identsOf(decide(PACKAGES, `-- ${line}`, statedHost({ tree: NPM })))).toEqual([
        id === 'image' ? 'program-missing' : 'not-locked',
      ]);
  });

  test('and what the server gets is what follows', () => {
    const { request } = granted(readRunArguments(['--', 'npx', '-y', '@acme/files@1.2.3', '--ro', '/srv/data']));
    const asked = granted(decideServer(request, policyOf(PACKAGES), statedHost({ tree: NPM }), ENGINES));
    expect(asked.request.args).toEqual(['--ro', '/srv/data']);
  });
});

test.each([
  ['npx -y -c X', '`-c`', 'name the package'],
  ['npx -y other', '`other` names no version', '`other@1.2.3`'],
  ['env A=1 npx', '`env` starts whatever', 'nothing in front of it'],
  ['npx -y other@1.0.1', 'runs `npx -y other@1.0.1`', '`other` is `npm:other@1.0.0`, and this is `npm:other@1.0.1`'],
  ['npx -y new@1.0.0', 'no entry of', '`command: npm:new@1.0.0`'],
  ['npx -y @acme/files@1.2.3 --rw', 'no entry of', 'others than those of `files`'],
])('`%s` is told the word that is not taken, or what there is: %s', (line, message, hint) => {
  const decision = decide(PACKAGES, `-- ${line}`, statedHost({ tree: NPM }));
  const [finding] = decision.allowed ? [] : decision.findings;
  expect(finding?.message).toContain(message);
  expect(finding?.hint).toContain(hint);
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
