import { describe, expect, test } from 'vitest';
import { enterByShell } from '../src/confine/enter-by-shell.ts';
import { confine } from '../src/confine/confine.ts';
import { EXIT } from '../src/finding/exit-code.ts';
import { EXIT_OF } from '../src/finding/ident.ts';
import { msr } from './kit/command.ts';
import { decide, granted, MASKS, valuesOf, withServer } from './kit/decide.ts';
import { makeHome } from './kit/home.ts';
import { optionGroups } from './kit/option-groups.ts';
import { ANNAS, directory, statedHost } from './kit/stated-host.ts';

// What users, scripts and clients rely on, written out: a change here is a change for them. Nothing is imported that
// says what it should be.

test('exit codes', () => {
  expect(EXIT).toEqual({ ok: 0, findings: 1, usage: 2, limit: 124, failed: 125, denied: 126, notFound: 127 });
});

test('the name of every finding, and the code that a launch ends with', () => {
  const byCode = Object.entries(EXIT_OF).map(([ident, code]) => `${code} ${ident}`);
  expect(byCode.toSorted()).toEqual([
    '0 engine-mismatch',
    '0 grant-wider-than-rule',
    '0 host-wildcard',
    '0 narrowed',
    '0 program-unpinned',
    '0 project-untrusted',
    '0 project-writable',
    '0 sandbox-old',
    '0 secret-literal',
    '0 tool-never-matches',
    '0 unsafe-entry',
    '1 compiled-differs',
    '1 example-fails',
    '124 limit-reached',
    '125 account-unknown',
    '125 bug',
    '125 edit-impossible',
    '125 helper-missing',
    '125 launch-failed',
    '125 lock-failed',
    '125 network-failed',
    '125 not-enforced-yet',
    '125 run-as',
    '125 sandbox-failed',
    '125 sandbox-missing',
    '125 sandbox-silent',
    '125 sandbox-too-old',
    '125 sandbox-unavailable',
    '125 sandbox-untrusted',
    '125 secret-file-unsafe',
    '125 secret-too-short',
    '125 secret-unresolved',
    '125 secret-value',
    '125 server-ended',
    '125 state-unusable',
    '126 argument-missing',
    '126 argument-refused',
    '126 arguments-not-allowed',
    '126 beyond-ceiling',
    '126 command-ambiguous',
    '126 command-not-allowed',
    '126 container-cannot',
    '126 cwd-missing',
    '126 cwd-not-granted',
    '126 env-loader',
    '126 env-missing',
    '126 env-not-granted',
    '126 env-refused',
    '126 env-reserved',
    '126 env-twice',
    '126 env-value',
    '126 grant-link',
    '126 grant-missing',
    '126 grant-overlap',
    '126 grant-protected',
    '126 grant-too-wide',
    '126 hide-name',
    '126 hide-too-broad',
    '126 host-not-granted',
    '126 interpreter-option',
    '126 interpreter-script',
    '126 interpreter-venv',
    '126 layer-conflict',
    '126 mask-lost',
    '126 needs-namespaces',
    '126 not-locked',
    '126 package-changed',
    '126 package-refused',
    '126 path-changed',
    '126 path-not-granted',
    '126 program-changed',
    '126 program-not-a-file',
    '126 program-not-executable',
    '126 program-not-pinned',
    '126 program-owner',
    '126 program-path',
    '126 program-unreadable',
    '126 program-writable',
    '126 run-as-reach',
    '126 secret-file',
    '126 server-not-managed',
    '126 shebang',
    '126 tool-denied',
    '127 program-missing',
    '127 server-unknown',
    '127 store-missing',
    '2 home-refused',
    '2 launcher-option',
    '2 launcher-wrapper',
    '2 lock-invalid',
    '2 needs-terminal',
    '2 package-floating',
    '2 package-spec',
    '2 policy-in-repository',
    '2 policy-layer',
    '2 policy-meaningless',
    '2 policy-missing',
    '2 policy-missing-key',
    '2 policy-not-a-file',
    '2 policy-owner',
    '2 policy-syntax',
    '2 policy-too-large',
    '2 policy-twice',
    '2 policy-unknown-key',
    '2 policy-unreadable',
    '2 policy-value',
    '2 policy-writable',
    '2 usage',
  ]);
});

describe('a reference server', () => {
  const ENTRY = `{ command: node, args: [/opt/acme/crm.js, --quiet], env: { LOG_LEVEL: warn }, pass: [TOKEN],
    files: { read: [/srv/data], write: [~/work] } }`;
  const host = statedHost({
    tree: { '/srv/data': directory(), '/home/anna/work': directory(ANNAS) },
    variables: { TOKEN: 'value-of-the-token', AWS_SECRET_ACCESS_KEY: 'canary' },
  });
  const plan = granted(decide(withServer(ENTRY), 'crm', host));
  const spawn = confine(plan, valuesOf(host), enterByShell, MASKS);

  test('its environment: nothing more, whatever the client holds', () => {
    const bare = granted(decide(withServer('/opt/acme/bin/crm'), 'crm', host));
    expect(Object.fromEntries(bare.env.map((rule) => [rule.name, 'value' in rule ? rule.value : undefined]))).toEqual({
      PATH: '/usr/bin:/bin',
      HOME: '/home/sandbox',
      TMPDIR: '/tmp',
      USER: 'sandbox',
      LOGNAME: 'sandbox',
      LANG: 'C.UTF-8',
      TZ: 'Europe/Vienna',
      PYTHONNOUSERSITE: '1',
      DOTENV_CONFIG_QUIET: 'true',
    });
  });

  test('how bubblewrap is started', () => {
    expect({
      ...spawn,
      descriptors: spawn.descriptors.map(({ kind }) => kind),
      masks: spawn.masks.map(({ kind, path }) => `${kind} ${path}`),
    }).toEqual({
      file: '/usr/bin/bwrap',
      args: [
        '--args',
        '10',
        '--',
        '/bin/sh',
        '-c',
        [
          'ulimit -u "$1" 2>&- || ulimit -p "$1" 2>&- || [ "$(ulimit -Hu 2>&- || ulimit -Hp)" -le "$1" ] || exit 125; shift;',
          'while [ "$1" != -- ]; do ulimit "$1" "$2" 2>&- || [ "$(ulimit -H "$1")" -le "$2" ] || exit 125; shift 2; done; shift;',
          'echo >&3; read -r _ <&3 || exit 125; unset PWD OLDPWD SHLVL; exec 3>&-; exec "$@"',
        ].join(' '),
        'sh',
        '512',
        ...['-c', '0', '-n', '4096', '-d', '16777216', '--'],
        '/usr/bin/node',
        '/opt/acme/crm.js',
        '--quiet',
      ],
      env: {},
      cwd: '/',
      account: undefined,
      descriptors: ['handshake', 'filter', 'text', 'text', 'held', 'held', 'held', 'options'],
      waits: true,
      masks: ['absent /home/anna/work'],
    });
  });

  test('the options of bubblewrap, in their order', () => {
    const options = spawn.descriptors.flatMap((one) => (one.kind === 'options' ? optionGroups(one.text) : []));
    expect(options).toEqual([
      '--die-with-parent',
      '--new-session',
      '--unshare-user',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup',
      '--unshare-net',
      '--disable-userns',
      '--assert-userns-disabled',
      '--seccomp 4',
      '--cap-drop ALL',
      '--hostname sandbox',
      '--uid 1000',
      '--gid 1000',
      '--symlink usr/bin /bin',
      '--symlink usr/lib /lib',
      '--proc /proc',
      '--ro-bind-try /proc/sys /proc/sys',
      '--ro-bind-try /proc/sysrq-trigger /proc/sysrq-trigger',
      '--ro-bind-try /proc/irq /proc/irq',
      '--ro-bind-try /proc/bus /proc/bus',
      '--dev /dev',
      '--size 268435456',
      '--tmpfs /tmp',
      '--ro-bind /usr/bin /usr/bin',
      '--ro-bind /usr/lib /usr/lib',
      '--ro-bind /usr/share /usr/share',
      '--symlink /usr/share/zoneinfo/Europe/Vienna /etc/localtime',
      '--size 67108864',
      '--tmpfs /dev/shm',
      '--size 67108864',
      '--tmpfs /home/sandbox',
      '--ro-bind-data 5 /etc/passwd',
      '--ro-bind-data 6 /etc/hosts',
      '--ro-bind-fd 7 /srv/data',
      '--ro-bind-fd 8 /opt/acme/crm.js',
      '--bind-fd 9 /home/anna/work',
      '--dir /home/sandbox/work',
      '--remount-ro /dev',
      '--remount-ro /',
      '--clearenv',
      '--setenv PATH /usr/bin:/bin',
      '--setenv HOME /home/sandbox',
      '--setenv TMPDIR /tmp',
      '--setenv USER sandbox',
      '--setenv LOGNAME sandbox',
      '--setenv LANG C.UTF-8',
      '--setenv TZ Europe/Vienna',
      '--setenv PYTHONNOUSERSITE 1',
      '--setenv DOTENV_CONFIG_QUIET true',
      '--setenv LOG_LEVEL warn',
      '--setenv TOKEN value-of-the-token',
      '--chdir /home/sandbox/work',
    ]);
  });
});

const POLICY = 'version: 1\nservers:\n  here: { command: /bin/echo }\n';
const keysOf = (value: unknown): string[] => Object.keys(Object(value));

describe('explain --json', () => {
  test.each([
    ['here', 'allow', 0],
    ['there', 'deny', 127],
  ])('of `%s`: %s', async (server, decision, code) => {
    const { stdout, exitCode } = await msr(makeHome(POLICY), ['explain', server, '--json']);
    const document = JSON.parse(String(stdout));
    expect(exitCode).toBe(code);
    expect(keysOf(document)).toEqual(['version', 'decision', 'server', 'digest', 'plan', 'findings']);
    expect(document).toMatchObject({ version: 1, decision, server });
  });

  test('a plan', async () => {
    const { stdout } = await msr(makeHome(POLICY), ['explain', 'here', '--json']);
    const { plan } = JSON.parse(String(stdout));
    expect(keysOf(plan)).toEqual([
      'server',
      'policy',
      'layers',
      'program',
      'argv',
      'argvBecause',
      'env',
      'cwd',
      'mounts',
      'network',
      'limits',
      'confinement',
      'account',
      'weakened',
      'narrowed',
      'notEnforced',
    ]);
    expect([plan.weakened, plan.notEnforced]).toEqual([[], ['guard', 'definitions', 'audit', 'lock']]);
  });

  test('a finding', async () => {
    const { stdout } = await msr(makeHome('version: 1\nservers: { here: { comand: x } }\n'), [
      'explain',
      'here',
      '--json',
    ]);
    const { findings } = JSON.parse(String(stdout));
    expect(keysOf(findings[0])).toEqual(['ident', 'severity', 'message', 'hint', 'place', 'related', 'page']);
    expect(keysOf(findings[0].place)).toEqual(['file', 'line', 'column', 'length']);
  });
});
