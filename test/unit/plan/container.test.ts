import { describe, expect, test } from 'vitest';
import { confineInContainer } from '../../../src/confine/container.ts';
import { containerOptions } from '../../../src/plan/container-options.ts';
import { isReadByTools } from '../../../src/plan/decide-exposure.ts';
import { explain } from '../../../src/plan/explain.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { readRunArguments } from '../../../src/run-arguments.ts';
import {
  decide,
  ENGINES,
  granted,
  identsOf,
  layerOf,
  POLICY_FILE,
  told,
  valuesOf,
  withServer,
} from '../../kit/decide.ts';
import {
  ANNAS,
  BOBS,
  directory,
  file,
  link,
  program,
  ROOT,
  socket,
  statedHost,
  type Tree,
} from '../../kit/stated-host.ts';

const HEX = '0123456789abcdef'.repeat(4);
const IMAGE = `docker.io/acme/crm@sha256:${HEX}`;

const BOTH: Tree = {
  '/usr/bin/podman': program(),
  '/usr/bin/docker': program(),
  '/sys/fs/cgroup/cgroup.controllers': file('cpu memory pids'),
  '/srv/data': directory(ANNAS),
  '/srv/out': directory(ANNAS),
  '/srv/a,b': directory(ANNAS),
  '/srv/name': link('data', ANNAS),
};
const PLANTED: Tree = {
  ...BOTH,
  '/srv/out/podman': link('/usr/bin/podman', ANNAS),
  '/opt/acme/own': directory(ANNAS),
  '/opt/acme/own/podman': program('\x7fELF', ANNAS),
  '/opt/open': directory({ mode: 0o777 }),
};
const { '/usr/bin/podman': _podman, ...DOCKER_ALONE } = BOTH;
const { '/sys/fs/cgroup/cgroup.controllers': _cgroups, ...OLD_CGROUPS } = BOTH;

const image = (rest = '', command = `oci:${IMAGE}`): string => withServer(`{ command: "${command}"${rest} }`);
const line = (tool: string, rest = ''): string =>
  withServer(`{ command: ${tool}, args: [run, -i, --rm, -e, A, "${IMAGE}", --fast], env: { A: b }${rest} }`);
const planned = (text: string, tree = BOTH, more: object = {}): Plan =>
  granted(decide(text, 'crm', statedHost({ tree, ...more })));
const options = (plan: Plan): string[] => (plan.container?.options ?? []).map(({ option }) => option);
const refused = (text: string, tree = BOTH): string =>
  told(decide(text, 'crm', statedHost({ tree })), ({ server }) => `started ${server}`);

const OWN = { name: 'mcp-secure-run-0', record: '/r/0', launcher: '1-2-3-4' };
const CALLER = { home: '/home/anna', runtimeDirectory: '/run/user/1000' };

describe('what runs an image', () => {
  test.each([
    ['podman, which needs no service of root’s', image(), BOTH, '/usr/bin/podman'],
    ['docker, where podman is not there', image(), DOCKER_ALONE, '/usr/bin/docker'],
    ['docker, where the line says so', line('docker'), BOTH, '/usr/bin/docker'],
    ['podman, where the line says so', line('podman'), BOTH, '/usr/bin/podman'],
  ])('%s', (_title, text, tree, expected) => {
    const plan = planned(text, tree);
    expect(plan.program.interpreter?.real).toBe(expected);
    expect(plan.program).toMatchObject({ real: IMAGE, heldBy: 'digest', sha256: HEX });
    expect(plan.argv[0]).toBe(IMAGE);
  });

  test.each([
    ['nothing that could', image(), {}, 'program-missing'],
    ['another one than the line says', line('podman'), DOCKER_ALONE, 'program-missing'],
    [
      'a script that starts another program',
      line('docker'),
      { ...BOTH, '/usr/bin/docker': program('#!/bin/sh\n') },
      'shebang',
    ],
    [
      'one that another account could change',
      line('docker'),
      { ...BOTH, '/usr/bin/docker': program('x', BOBS) },
      'program-owner',
    ],
    [
      'one that a link of a server’s leads to',
      withServer(`{ command: "oci:${IMAGE}", files: { write: [/srv/out] } }`, 'programPath: [/srv/out]'),
      PLANTED,
      'grant-link',
    ],
    [
      'one in a directory that anybody may write',
      withServer(`{ command: "oci:${IMAGE}" }`, 'programPath: [/opt/open, /usr/bin]'),
      PLANTED,
      'program-path',
    ],
    [
      'one that a server may write',
      withServer(`{ command: "oci:${IMAGE}", files: { write: [/opt/acme/own] } }`, 'programPath: [/opt/acme/own]'),
      PLANTED,
      'grant-overlap',
    ],
  ])('refused: %s', (_title, text, tree, ident) => {
    expect(refused(text, tree)).toBe(`refused: ${ident}`);
  });

  test('the arguments of the line are the server’s own', () => {
    expect(planned(line('docker')).argv).toEqual([IMAGE, '--fast']);
    const asked = decide(
      image(', args: [--fast]'),
      `-- podman run -i --rm ${IMAGE} --fast`,
      statedHost({ tree: BOTH }),
    );
    expect(granted(asked).argv).toEqual([IMAGE, '--fast']);
  });
});

describe('how it is held', () => {
  test('by podman of an ordinary account', () => {
    expect(options(planned(image()))).toMatchInlineSnapshot(`
      [
        "--pull=never",
        "--interactive",
        "--rm",
        "--restart=no",
        "--detach-keys=",
        "--init",
        "--log-driver=none",
        "--no-healthcheck",
        "--systemd=false",
        "--image-volume=ignore",
        "--network=none",
        "--http-proxy=false",
        "--env-host=false",
        "--read-only",
        "--read-only-tmpfs=false",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--ipc=private",
        "--cgroupns=private",
        "--hostname=sandbox",
        "--userns=keep-id",
        "--user=1000:1000",
        "--passwd-entry=sandbox:*:1000:1000:sandbox:/home/sandbox:/bin/sh",
        "--memory=4294967296",
        "--memory-swap=4294967296",
        "--pids-limit=512",
        "--ulimit=nofile=4096:4096",
        "--ulimit=core=0:0",
        "--ulimit=nproc=512:512",
        "--shm-size=67108864",
        "--tmpfs=/tmp:rw,noexec,nosuid,nodev,notmpcopyup,size=268435456,mode=1777",
        "--tmpfs=/home/sandbox:rw,noexec,nosuid,nodev,notmpcopyup,size=67108864,mode=1777",
      ]
    `);
  });

  test('by docker', () => {
    expect(options(planned(line('docker')))).toMatchInlineSnapshot(`
      [
        "--pull=never",
        "--interactive",
        "--rm",
        "--restart=no",
        "--init",
        "--log-driver=none",
        "--no-healthcheck",
        "--network=none",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--ipc=private",
        "--cgroupns=private",
        "--hostname=sandbox",
        "--user=1000:1000",
        "--memory=4294967296",
        "--memory-swap=4294967296",
        "--pids-limit=512",
        "--ulimit=nofile=4096:4096",
        "--ulimit=core=0:0",
        "--shm-size=67108864",
        "--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=268435456,mode=1777",
        "--tmpfs=/home/sandbox:rw,noexec,nosuid,nodev,size=67108864,mode=1777",
      ]
    `);
  });

  test('started as root, under an unprivileged account and without a user namespace', () => {
    const held = options(planned(image(), BOTH, { facts: { account: ROOT } }));
    expect(held).toContain('--user=65534:65534');
    expect(held).not.toContain('--userns=keep-id');
  });

  test('with what the policy grants, and limits', () => {
    const text = image(
      ', files: { read: [/srv/name], write: [/srv/out] }, state: [data], cwd: /srv/out, limits: { memory: 1GiB, cpu: 90s, fileSize: 1MiB }',
    );
    const plan = planned(text);
    expect(options(plan)).toEqual(
      expect.arrayContaining([
        '--mount=type=bind,source=/srv/out,target=/srv/out',
        '--mount=type=bind,source=/srv/data,target=/srv/data,readonly',
        '--mount=type=bind,source=/srv/data,target=/srv/name,readonly',
        '--mount=type=bind,source=/home/anna/.local/share/mcp-secure-run/servers/crm/data,target=/home/sandbox/data',
        '--workdir=/srv/out',
        '--memory=1073741824',
        '--memory-swap=1073741824',
        '--ulimit=cpu=90:91',
        '--ulimit=fsize=1048576:1048576',
      ]),
    );
    expect(plan.notEnforced).toEqual(expect.arrayContaining(['masks', 'path-races']));
  });

  test('where the image says, or in a directory of its own', () => {
    expect(planned(image()).cwd.path).toBe('.');
    const own = planned(image(', cwd: private'));
    expect(options(own)).toContain('--workdir=/home/sandbox/work');
    expect(options(own).some((option) => option.startsWith('--tmpfs=/home/sandbox/work:'))).toBe(true);
  });

  test('podman without root and without cgroup v2 limits no memory, and says so', () => {
    const plan = planned(image(), OLD_CGROUPS);
    expect(plan.notEnforced).toContain('container-memory');
    expect(plan.limits.memory).toBeUndefined();
    expect(options(plan).filter((option) => /memory|pids/.test(option))).toEqual([]);
    expect(options(plan)).toContain('--ulimit=nproc=512:512');
    expect(refused(image(', limits: { memory: 1GiB }'), OLD_CGROUPS)).toBe('refused: container-cannot');
  });

  test('`explain` shows every option', () => {
    const plan = planned(image());
    const [, lines] = explain(plan).find(([title]) => title === 'container') ?? ['', []];
    expect(lines.map(({ what }) => what)).toEqual(options(plan));
  });

  test('nothing of a plan can widen what all of them have', () => {
    const wide = planned(
      image(', unsafe: [host-network, own-sandbox, docker-socket, loader-variables], files: { write: [/srv/out] }'),
    );
    expect(options(wide)).toEqual(expect.arrayContaining(['--read-only', '--cap-drop=ALL', '--pull=never']));
    expect(options(wide).filter((option) => /privileged|cap-add|device|pid=|network|unconfined/.test(option))).toEqual(
      [],
    );
    expect(wide.weakened.map(({ ident, effect }) => `${ident} ${effect}`)).toEqual([
      'host-network in effect',
      'own-sandbox changes nothing yet',
      'docker-socket in effect',
      'loader-variables in effect',
    ]);
  });
});

describe('where several policies name it', () => {
  const { request } = granted(readRunArguments(['run', 'crm']));
  const HOST = statedHost({ tree: BOTH, variables: { A: 'a', B: 'b' } });
  const below = (managed: string, user: string) =>
    resolve(
      request,
      { layers: [layerOf(managed, '/etc/mcp-secure-run/policy.yaml', 'managed'), layerOf(user)] },
      HOST,
      ENGINES,
    );
  const MORE = ', pass: [A, B], files: { read: [/srv/data], write: [/srv/out] }, unsafe: [docker-socket], network: any';
  const LESS = ', pass: [A], files: { read: [/srv/data] }, unsafe: [docker-socket]';

  test.each([
    ['the managed one', LESS, MORE],
    ['the user’s', MORE, LESS],
  ])('it has what all of them grant: %s grants less', (_title, managed, user) => {
    const plan = granted(below(image(managed), image(user)));
    const { args } = confineInContainer(plan, valuesOf(HOST), CALLER).spawnIn(OWN);
    expect(args.filter((word) => /^--(?:mount|env=[AB]$|network)/.test(word))).toEqual([
      '--network=none',
      '--mount=type=bind,source=/srv/data,target=/srv/data,readonly',
      '--env=A',
    ]);
  });

  test('a ceiling admits it by its name', () => {
    for (const name of [`oci:${IMAGE}`, 'oci:docker.io/acme/*'])
      expect(granted(below(`version: 1\nceiling: { command: ["${name}"] }\n`, image())).argv).toEqual([IMAGE]);
  });

  test.each([
    ['another image', image(), image('', `oci:${IMAGE.replace('crm', 'evil')}`), 'layer-conflict'],
    ['no image in the weaker one', image(), withServer('/opt/acme/bin/crm'), 'layer-conflict'],
    ['no image in the stronger one', withServer('/opt/acme/bin/crm'), image(), 'layer-conflict'],
    ['an image below a ceiling of files', `${image()}ceiling: { command: [/] }\n`, image(), 'beyond-ceiling'],
    ['an image that it does not name', `${image()}ceiling: { command: ["oci:acme/*"] }\n`, image(), 'beyond-ceiling'],
    [
      'a file below a ceiling of images',
      `${withServer('/opt/acme/bin/crm')}ceiling: { command: ["oci:*"] }\n`,
      withServer('/opt/acme/bin/crm'),
      'beyond-ceiling',
    ],
  ])('refused: %s', (_title, managed, user, ident) => {
    expect(identsOf(below(managed, user))).toEqual([ident]);
  });
});

describe('what an engine would expose', () => {
  const secret = ", secrets: { TOKEN: 'env:T' }";
  test.each([
    ['a secret', secret, 'refused: container-cannot'],
    ['a secret that the policy gives up', `${secret}, unsafe: [docker-socket]`, 'started crm'],
    [
      'a secret as a file',
      ", secrets: { T: { from: 'env:T', as: file } }, unsafe: [docker-socket]",
      'refused: secret-file',
    ],
    ['hosts', ', network: [api.example.com]', 'refused: container-cannot'],
    ['any host', ', network: any', 'refused: container-cannot'],
    ['hosts that the policy gives up', ', network: [api.example.com], unsafe: [docker-socket]', 'started crm'],
    ['hidden files', ", files: { read: [/srv/data], hide: ['**/.env'] }", 'refused: container-cannot'],
    ['a path with a comma', ", files: { read: ['/srv/a,b'] }", 'refused: container-cannot'],
    ['a path with a quote', `, files: { read: ['/srv/a"b'] }`, 'refused: container-cannot'],
    ['a path with a line’s end', ', files: { read: ["/srv/a\\nb"] }', 'refused: container-cannot'],
    ['a link with a comma that leads to one without', ", files: { read: ['/srv/l,k'] }", 'refused: container-cannot'],
    ['a variable that the tool itself would take', ', pass: [CONTAINERS_STORAGE_CONF]', 'refused: env-reserved'],
    ['the same with a fixed value, which goes another way', ', env: { DOCKER_HOST: x }', 'started crm'],
    ['no sandbox', ', unsafe: [no-sandbox]', 'refused: policy-meaningless'],
    ['a hash of a file', `, sha256: ${HEX}`, 'refused: policy-meaningless'],
    ['the engine’s own socket', ', files: { read: [/run/docker.sock] }', 'refused: grant-protected'],
  ])('%s', (_title, rest, expected) => {
    const host = statedHost({
      tree: {
        ...BOTH,
        '/run/docker.sock': socket(),
        '/srv/a"b': directory(ANNAS),
        '/srv/a\nb': directory(ANNAS),
        '/srv/l,k': link('data', ANNAS),
      },
      variables: { T: 't', CONTAINERS_STORAGE_CONF: '/x' },
    });
    expect(told(decide(image(rest), 'crm', host), ({ server }) => `started ${server}`)).toBe(expected);
  });

  test('a list of hosts that is given up is the whole network, and said to be', () => {
    const plan = planned(image(', network: [api.example.com], unsafe: [docker-socket]'));
    expect(plan.network).toMatchObject({ mode: 'host' });
    expect(options(plan).filter((option) => option.includes('network'))).toEqual([]);
  });

  test('and on another system than Linux, everything', () => {
    const decision = decide(image(), 'crm', statedHost({ tree: BOTH, facts: { platform: 'win32' } }));
    expect(identsOf(decision)).toEqual(['container-cannot']);
  });
});

describe('the command line', () => {
  const text = image(
    ", env: { PLAIN: p, XDG_STYLE: q }, pass: [TZ], secrets: { TOKEN: 'env:T' }, unsafe: [docker-socket], args: [--fast]",
  );
  const host = statedHost({ tree: BOTH, variables: { TZ: 'Z', T: 't' } });
  const contained = confineInContainer(granted(decide(text, 'crm', host)), valuesOf(host), CALLER);

  test('holds no value of the client’s, of a store’s, or of the policy’s where it can go by name', () => {
    const { args } = contained.spawnIn(OWN);
    expect(args.filter((word) => word.startsWith('--env='))).toEqual(
      expect.arrayContaining([
        '--env=PLAIN',
        '--env=XDG_STYLE=q',
        '--env=TZ',
        '--env=TOKEN',
        '--env=HOME=/home/sandbox',
      ]),
    );
    expect(args.join(' ')).not.toContain('secret of');
    expect(args.slice(-2)).toEqual([IMAGE, '--fast']);
  });

  test('and the tool’s environment the server’s variables, without what would be its own', () => {
    expect(contained.spawnIn(OWN).env).toEqual({
      ...{ PLAIN: 'p', TZ: 'Z', TOKEN: 'secret of TOKEN' },
      ...{ PATH: expect.any(String), HOME: '/home/anna', XDG_RUNTIME_DIR: '/run/user/1000' },
      CONTAINERS_CONF: '/r/0/containers.conf',
    });
  });

  test('what is granted is held to what was looked at, each file that a mount shows', () => {
    const files = ', files: { read: [/srv/name], write: [/srv/out] }, state: [data]';
    const { held, kept } = confineInContainer(planned(image(files)), valuesOf(host), CALLER);
    expect(held.map(({ path }) => path).toSorted()).toEqual(['/srv/data', '/srv/out']);
    expect(held.every(({ inode }) => inode > 0)).toBe(true);
    expect(kept).toEqual(['/home/anna/.local/share/mcp-secure-run/servers/crm/data']);
  });

  test('in place of the system’s configuration there is one that mounts, sets and names nothing', () => {
    expect(contained.files).toEqual({
      'containers.conf': '[containers]\nbase_hosts_file = "none"\nhost_containers_internal_ip = "none"\n',
    });
  });

  test('what removes it is told no value at all', () => {
    const { file: tool, args, env } = contained.removeIn(OWN);
    expect([tool, ...args]).toEqual([
      '/usr/bin/podman',
      '--remote=false',
      'rm',
      '--force',
      '--ignore',
      '--time=0',
      OWN.name,
    ]);
    expect(Object.keys(env)).not.toContain('TOKEN');
    expect(contained.keeperIn(OWN)).toMatchObject({
      file: '/bin/sh',
      args: ['-c', expect.any(String), 'sh', '/r/0/container-id', tool, ...args],
      env,
    });
  });

  test('docker is asked at its own socket, with a configuration of ours', () => {
    const docker = confineInContainer(granted(decide(line('docker'), 'crm', host)), valuesOf(host), CALLER);
    expect(docker.spawnIn(OWN).args.slice(0, 5)).toEqual([
      ...['--config', '/r/0/docker', '--host', 'unix:///var/run/docker.sock', 'run'],
    ]);
    expect(docker.spawnIn(OWN).env).toEqual({ A: 'b', PATH: '/usr/bin:/bin' });
  });

  test.each([
    ...['_', 'LD_PRELOAD', 'GLIBC_TUNABLES', 'MALLOC_ARENA_MAX', 'GODEBUG', 'CGO_ENABLED', 'SSL_CERT_FILE'],
    ...['CONTAINER_HOST', 'CONTAINERS_CONF', 'CONMON_X', 'CNI_PATH', 'NETAVARK_FW', 'OCI_X', 'PODMAN_USERNS'],
    ...['STORAGE_DRIVER', 'DOCKER_HOST', 'BUILDAH_ISOLATION', 'BUILDKIT_HOST', 'BUILDX_CONFIG', 'COMPOSE_FILE'],
    ...['REGISTRY_AUTH_FILE', 'SSH_AUTH_SOCK', 'XDG_CONFIG_HOME', 'DBUS_SESSION_BUS_ADDRESS', 'SYSTEMD_LOG_LEVEL'],
    ...['NOTIFY_SOCKET', 'LISTEN_FDS', 'OTEL_X', 'TMPDIR', 'TEMP', 'HOME', 'PATH', 'USER', 'LOGNAME', 'SHELL', 'TERM'],
    ...['https_proxy', 'HTTP_PROXY', 'ALL_PROXY', 'no_proxy', 'FTP_PROXY'],
  ])('%s would mean something to a tool', (name) => expect(isReadByTools(name)).toBe(true));
  test.each(['TOKEN', 'GITHUB_PERSONAL_ACCESS_TOKEN', 'LOG_LEVEL', 'TZ', 'HOMEPAGE', 'PATHS', 'NODE_OPTIONS'])(
    '%s would not',
    (name) => expect(isReadByTools(name)).toBe(false),
  );
});

test('options are words of one piece, whatever stands in the policy', () => {
  const plan = planned(image(", files: { read: ['/srv/data'] }, args: ['--privileged', '-v', '/:/h']"));
  expect(options(plan).every((option) => /^--[a-z-]+(?:=|$)/.test(option))).toBe(true);
  expect(containerOptions({ tool: 'podman', hasCgroups: true, ...plan }).map(({ option }) => option)).toEqual(
    options(plan),
  );
  const { args } = confineInContainer(plan, valuesOf(statedHost({ tree: BOTH })), CALLER).spawnIn(OWN);
  expect(args.indexOf('--privileged')).toBeGreaterThan(args.indexOf(IMAGE));
  expect(plan.policy).toBe(POLICY_FILE);
});
