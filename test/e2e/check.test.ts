import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { check, homeOf } from '../kit/check.ts';

const CLEAN = 'version: 1\nservers:\n  echo: { command: /bin/echo }\n';
const WARNED = 'version: 1\nservers:\n  echo: { command: /bin/echo, unsafe: [own-sandbox] }\n';
const WRONG = 'version: 1\nservers:\n  echo: { command: /bin/echo, netwrk: none }\n';
const ABSENT = 'version: 1\nservers:\n  echo: { command: /bin/echo }\n  crm: { command: /nowhere/crm }\n';

describe('what a person reads', () => {
  test('of a policy that is as it should be', async () => {
    expect(await check(CLEAN)).toEqual({
      stdout: '1 of 1 server would start here, 0 errors, 0 warnings\n',
      stderr: '',
      code: 0,
    });
  });

  test('of a first policy, with the mistakes that one makes', async () => {
    const { stdout, stderr, code } = await check(`version: 1
servers:
  files:
    command: npx -y @acme/files
    netwrk: none
  crm: { command: /opt/crm, args: --quiet, unsafe: [nosandbox] }
`);
    expect([code, stdout]).toEqual([1, '3 errors, 0 warnings\n']);
    expect(stderr).toMatchInlineSnapshot(`
      "error[policy-unknown-key]: unknown key \`netwrk\`
       --> /home/ann/config/policy.yaml:5:5
        |
      5 |     netwrk: none
        |     ^^^^^^
        = hint: did you mean \`network\`?

      error[policy-value]: \`args\` must be a list, not a string
       --> /home/ann/config/policy.yaml:6:35
        |
      6 |   crm: { command: /opt/crm, args: --quiet, unsafe: [nosandbox] }
        |                                   ^^^^^^^
        = hint: a list of strings: \`args: ["--quiet"]\`

      error[policy-value]: \`unsafe\` knows no \`nosandbox\`
       --> /home/ann/config/policy.yaml:6:53
        |
      6 |   crm: { command: /opt/crm, args: --quiet, unsafe: [nosandbox] }
        |                                                     ^^^^^^^^^
        = hint: did you mean \`no-sandbox\`?

      "
    `);
  });

  test('of a policy whose servers do not all start here', async () => {
    const { stdout, stderr, code } = await check(`version: 1
servers:
  echo: { command: /bin/echo, pass: [ACME_REGION] }
  crm: { command: /opt/acme/crm-mcp, files: { read: [/srv/no/such/data] } }
  find: { command: /bin/echo, args: [{ match: "[a-z]+" }] }
`);
    expect(code).toBe(1);
    expect(`${stderr}${stdout}`).toMatchInlineSnapshot(`
      "warning[env-missing]: \`ACME_REGION\` is not set, and \`echo\` needs it
       --> /home/ann/config/policy.yaml:3:38
        |
      3 |   echo: { command: /bin/echo, pass: [ACME_REGION] }
        |                                      ^^^^^^^^^^^
        = hint: set it where the client starts, or write \`ACME_REGION?\` if the server can do without

      error[program-missing]: \`/opt/acme/crm-mcp\` is not there
       --> /home/ann/config/policy.yaml:4:19
        |
      4 |   crm: { command: /opt/acme/crm-mcp, files: { read: [/srv/no/such/data] } }
        |                   ^^^^^^^^^^^^^^^^^
        = hint: install it, or correct the path

      error[grant-missing]: \`/srv/no/such/data\` is not there
       --> /home/ann/config/policy.yaml:4:54
        |
      4 |   crm: { command: /opt/acme/crm-mcp, files: { read: [/srv/no/such/data] } }
        |                                                      ^^^^^^^^^^^^^^^^^
        = hint: create it, or remove it from \`files\`

      \`find\` was not tried, for its arguments are not known: write \`examples\`
      0 of 3 servers would start here, 2 errors, 1 warning
      "
    `);
  });

  test('of a policy that is valid and not wise', async () => {
    const { stdout, stderr, code } = await check(`version: 1
servers:
  mail: { command: /bin/echo, env: { MAIL_PASSWORD: correct-horse }, unsafe: [host-network] }
  github: { command: /bin/echo, tools: {} }
`);
    expect([code, stdout]).toEqual([0, '1 of 2 servers would start here, 0 errors, 3 warnings\n']);
    expect(stderr).toMatchInlineSnapshot(`
      "warning[not-enforced-yet]: \`tools\` is not enforced by this version, and is not ignored either
       --> /home/ann/config/policy.yaml:4:33
        |
      4 |   github: { command: /bin/echo, tools: {} }
        |                                 ^^^^^
        = hint: remove it, if the server may run without it

      warning[unsafe-entry]: \`mail\` gives up the network's confinement
       --> /home/ann/config/policy.yaml:3:79
        = hint: remove \`host-network\` if the server can do without; \`mcp-secure-run explain mail\` shows what it changes

      warning[secret-literal]: \`MAIL_PASSWORD\` of \`mail\` looks like a secret, written out
       --> /home/ann/config/policy.yaml:3:38
        = hint: keep it in a store, and name it under \`secrets\`: \`NAME: "keyring:SERVICE"\`

      "
    `);
  });
});

describe('the exit code', () => {
  test.each<[title: string, policy: string, words: string[], code: number]>([
    ['of warnings', WARNED, [], 0],
    ['of warnings, strictly', WARNED, ['--strict'], 1],
    ['of errors', ABSENT, [], 1],
    ['of a policy that is not valid', WRONG, [], 1],
    ['of a policy that is no YAML', 'servers: [', [], 1],
    ['of a policy that is not there', CLEAN, ['--policy', '/nowhere/policy.yaml'], 2],
    ['of a flag that there is not', CLEAN, ['--stirct'], 2],
    ['of a form that there is not', CLEAN, ['--format', 'xml'], 2],
    ['of one server that is as it should be', ABSENT, ['echo'], 0],
    ['of one server that is not', ABSENT, ['crm'], 1],
    ['of a server that there is not', CLEAN, ['ehco'], 1],
  ])('%s', async (_title, policy, words, code) => {
    expect((await check(policy, words)).code).toBe(code);
  });

  test('of a policy that everyone may write', async () => {
    const home = homeOf(CLEAN);
    chmodSync(home.policy, 0o666);
    expect((await check(home)).code).toBe(2);
  });
});

describe('a server that is named', () => {
  test('alone is told of', async () => {
    const { stdout, stderr } = await check(`${ABSENT}  mail: { command: /bin/echo, unsafe: [own-sandbox] }\n`, [
      'mail',
    ]);
    expect(stdout).toBe('1 of 1 server would start here, 0 errors, 1 warning\n');
    expect([...stderr.matchAll(/\[([a-z-]+)\]:/g)].map(([, ident]) => ident)).toEqual(['unsafe-entry']);
  });

  test('and that the policy has not, is told with the one that was meant', async () => {
    const { stdout, stderr } = await check(ABSENT, ['ehco']);
    expect(stdout).toBe('0 of 1 server would start here, 1 error, 0 warnings\n');
    expect(stderr).toBe('error[server-unknown]: the policy has no server `ehco`\n = hint: did you mean `echo`?\n\n');
  });
});
