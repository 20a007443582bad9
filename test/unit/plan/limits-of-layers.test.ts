import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/finding/decision.ts';
import type { Place } from '../../../src/finding/finding.ts';
import { explain } from '../../../src/plan/explain.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { parseProject } from '../../../src/policy-text/parse-policy.ts';
import { granted, layerOf, told } from '../../kit/decide.ts';
import { statedHost } from '../../kit/stated-host.ts';

/** What each part of the policy says of limits; undefined is a part that is not there. */
interface Said {
  readonly managed?: string;
  readonly ceiling?: string;
  readonly user?: string;
  readonly defaults?: string;
  readonly project?: string;
  readonly unsafe?: 'no-sandbox';
}

const FILES = {
  managed: '/etc/mcp-secure-run/policy.yaml',
  user: '/home/anna/policy.yaml',
  project: '/home/anna/p.yaml',
};

function decide({ managed, ceiling, user, defaults, project, unsafe }: Said): Decision<Plan> {
  const keys = unsafe === undefined ? '' : `, unsafe: [${unsafe}]`;
  const server = (limits: string): string =>
    `servers:\n  crm: { command: /opt/acme/bin/crm${keys}, limits: {${limits}} }\n`;
  const top = [
    'version: 1\n',
    ceiling === undefined ? '' : `ceiling: { command: [/opt], unsafe: [no-sandbox], limits: {${ceiling}} }\n`,
    managed === undefined ? '' : server(managed),
  ].join('');
  const given = defaults === undefined ? '' : `defaults: { limits: {${defaults}} }\n`;
  const own =
    user === undefined && defaults !== undefined ? 'servers: { crm: /opt/acme/bin/crm }\n' : server(user ?? '');
  const layers = [
    ...(ceiling === undefined && managed === undefined ? [] : [layerOf(top, FILES.managed, 'managed')]),
    ...(user === undefined && defaults === undefined ? [] : [layerOf(`version: 1\n${given}${own}`, FILES.user)]),
  ];
  const text = `version: 1\nservers: { crm: { limits: {${project}} } }\n`;
  const narrowing = project === undefined ? {} : { project: granted(parseProject({ file: FILES.project, text })) };
  return resolve({ kind: 'server', id: 'crm', args: [] }, { layers, ...narrowing }, statedHost());
}

const who = ({ file, line }: Place): string => {
  const [name = ''] = Object.entries(FILES).find(([, path]) => path === file) ?? [];
  return name === 'managed' && line === 2 ? 'ceiling' : name;
};

/** The limits that are not the defaults, each with who says so. */
function has(plan: Plan): string {
  return Object.entries(plan.limits)
    .filter(([, { because }]) => because.at)
    .map(([name, { value, because }]) => `${name} ${value} by ${because.at && who(because.at)}`)
    .join(', ');
}

describe('a limit that nobody writes', () => {
  test('has the default, the same on every machine', () => {
    const { limits } = granted(decide({ user: '' }));
    expect(Object.entries(limits).map(([name, { value, because }]) => [name, value, because])).toEqual([
      ['memory', 4 * 1024 ** 3, { reason: 'default' }],
      ['processes', 512, { reason: 'default' }],
      ['openFiles', 4096, { reason: 'default' }],
      ['tmp', 256 * 1024 ** 2, { reason: 'default' }],
      ['shutdown', 1500, { reason: 'default' }],
    ]);
  });

  test('is shown by explain as the default', () => {
    const [, lines] = explain(granted(decide({ user: 'cpu: 90min' }))).find(([title]) => title === 'limits') ?? [];
    expect(lines?.map(({ what, because }) => `${what}: ${because?.reason}`)).toEqual([
      'memory 4GiB: default',
      'processes 512: default',
      'openFiles 4096: default',
      'cpu 90min: `limits`',
      'tmp 256MiB: default',
      'shutdown 1500ms: default',
    ]);
  });

  test('without a sandbox is no limit, but for what the clock says', () => {
    const { limits } = granted(decide({ user: 'idle: 1h', unsafe: 'no-sandbox' }));
    expect(Object.keys(limits)).toEqual(['idle', 'shutdown']);
  });
});

describe('what a limit comes to', () => {
  test.each<[title: string, said: Said, expected: string]>([
    ['what the entry says', { user: 'memory: 1GiB' }, 'memory 1073741824 by user'],
    ['more than the default, if the entry says so', { user: 'memory: 8GiB' }, 'memory 8589934592 by user'],
    ['what `defaults` say', { defaults: 'processes: 9' }, 'processes 9 by user'],
    ['what the entry says and not `defaults`', { user: 'cpu: 1s', defaults: 'cpu: 2s, idle: 2s' }, 'cpu 1000 by user'],
    ['the smaller of two layers: the user’s', { managed: 'cpu: 9s', user: 'cpu: 5s' }, 'cpu 5000 by user'],
    ['the smaller of two layers: the managed one', { managed: 'cpu: 5s', user: 'cpu: 9s' }, 'cpu 5000 by managed'],
    ['what one of two layers says', { managed: 'cpu: 5s', user: '' }, 'cpu 5000 by managed'],
    ['what the other says', { managed: '', user: 'cpu: 5s' }, 'cpu 5000 by user'],
    ['the default, where only one layer asks for more', { managed: 'memory: 8GiB', user: '' }, ''],
    ['the ceiling, where the entry asks for more', { ceiling: 'cpu: 5s', user: 'cpu: 9s' }, 'cpu 5000 by ceiling'],
    ['the entry, where the ceiling lets more', { ceiling: 'cpu: 9s', user: 'cpu: 5s' }, 'cpu 5000 by user'],
    ['the ceiling, where the entry is silent', { ceiling: 'cpu: 5s', user: '' }, 'cpu 5000 by ceiling'],
    ['the ceiling below the default', { ceiling: 'processes: 9', user: '' }, 'processes 9 by ceiling'],
    ['the default below the ceiling', { ceiling: 'processes: 999', user: '' }, ''],
    ['the project’s, which narrows', { user: 'cpu: 9s', project: 'cpu: 5s' }, 'cpu 5000 by project'],
    ['never the project’s, which would widen', { user: 'cpu: 5s', project: 'cpu: 9s' }, 'cpu 5000 by user'],
    ['the default below the project’s', { user: '', project: 'processes: 999' }, ''],
  ])('%s', (_title, said, expected) => expect(told(decide(said), has)).toBe(expected));
});

describe('what is granted in vain is told with both places', () => {
  test.each<[title: string, said: Said, expected: readonly string[]]>([
    ['beyond a stronger layer', { managed: 'cpu: 5s', user: 'cpu: 9s' }, ['limits.cpu user managed']],
    ['beyond the default of a stronger layer', { managed: '', user: 'memory: 9GiB' }, ['limits.memory user managed']],
    ['beyond the ceiling', { ceiling: 'cpu: 5s', user: 'cpu: 9s' }, ['limits.cpu user ceiling']],
    ['beyond the project’s file', { user: 'cpu: 9s', project: 'cpu: 5s' }, ['limits.cpu user project']],
    ['not what a weaker layer does without', { managed: 'cpu: 9s', user: 'cpu: 5s' }, []],
    ['not what is the same', { managed: 'cpu: 5s', ceiling: 'cpu: 5s', user: 'cpu: 5s', project: 'cpu: 5s' }, []],
    ['not what nobody writes', { ceiling: 'processes: 9', user: '', project: 'processes: 8' }, []],
  ])('%s', (_title, said, expected) => {
    const { narrowed } = granted(decide(said));
    expect(narrowed.map(({ what, at, by }) => [what, who(at), who(by)].join(' '))).toEqual(expected);
  });
});

describe('a limit that holds in a sandbox alone is refused where there is none', () => {
  test.each<[title: string, said: Said, expected: string]>([
    ['the ceiling’s', { ceiling: 'memory: 1GiB', user: '', unsafe: 'no-sandbox' }, 'refused: policy-meaningless'],
    ['the project’s', { user: '', project: 'openFiles: 9', unsafe: 'no-sandbox' }, 'refused: policy-meaningless'],
    ['and no other', { ceiling: 'idle: 1h', user: '', unsafe: 'no-sandbox' }, 'idle 3600000 by ceiling'],
  ])('%s', (_title, said, expected) => expect(told(decide(said), has)).toBe(expected));
});

describe('the directories in memory', () => {
  const sizes = (said: Said): string =>
    granted(decide(said))
      .mounts.flatMap((mount) => (mount.kind === 'memory' ? [`${mount.path} ${mount.bytes / 1024 ** 2}`] : []))
      .join(', ');
  test.each<[said: Said, expected: string]>([
    [{ user: '' }, '/tmp 256, /dev/shm 64, /home/sandbox 64'],
    [{ user: 'tmp: 1GiB' }, '/tmp 1024, /dev/shm 1024, /home/sandbox 1024'],
    [{ user: 'tmp: 9MiB' }, '/tmp 9, /dev/shm 9, /home/sandbox 9'],
    [{ user: 'tmp: 1GiB', ceiling: 'tmp: 100MiB' }, '/tmp 100, /dev/shm 64, /home/sandbox 64'],
    [{ user: '', ceiling: 'tmp: 1GiB' }, '/tmp 256, /dev/shm 64, /home/sandbox 64'],
    [{ user: '', project: 'tmp: 9MiB' }, '/tmp 9, /dev/shm 9, /home/sandbox 9'],
  ])('%o: %s', (said, expected) => expect(sizes(said)).toBe(expected));
});
