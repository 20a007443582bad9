import { expect, test } from 'vitest';
import { explain } from '../../../src/plan/explain.ts';
import { whatKeepsLauncher } from '../../../src/plan/keeps-launcher.ts';
import { decide, granted, withServer } from '../../kit/decide.ts';
import { ANNAS, directory, statedHost } from '../../kit/stated-host.ts';

const planOf = (keys: string, unsafe = 'no-guard') =>
  granted(
    decide(
      withServer(`{ command: /opt/acme/bin/crm, unsafe: [${unsafe}]${keys} }`),
      'crm',
      statedHost({ tree: { '/srv/data': directory(ANNAS) }, variables: { TOKEN: 'x' } }),
    ),
  );
const reasons = (keys: string, unsafe?: string) => whatKeepsLauncher(planOf(keys, unsafe)).map(({ reason }) => reason);
const launcherOf = (keys: string, unsafe?: string) =>
  explain(planOf(keys, unsafe)).flatMap(([title, lines]) =>
    title === 'launcher' ? lines.map(({ what, because }) => `${what} (${because?.reason ?? ''})`) : [],
  );

test.each([
  '',
  ', files: { read: [/srv/data] }, env: { LEVEL: warn }, pass: [TOKEN], state: [cache]',
  ', limits: { processes: 9, openFiles: 99, tmp: 9MiB, shutdown: 3s }',
])('with `%s`, nothing keeps a launcher', (keys) => {
  expect(reasons(keys)).toEqual([]);
});

test.each<[keys: string, unsafe: string, reason: string]>([
  ['', 'no-guard, no-sandbox', 'it ends what bubblewrap did not start'],
  ['', 'no-guard, landlock-only', 'it ends what bubblewrap did not start'],
  ['', 'no-guard, host-network', 'there is a network'],
  [', network: [api.acme.example]', 'no-guard', 'there is a network'],
  [', secrets: { KEY: "keyring:acme" }', 'no-guard', 'it masks `KEY`'],
  [', files: { write: [/srv/data] }', 'no-guard', 'it watches what is masked'],
  ...['memory: 99MiB', 'start: 9s', 'runtime: 9h', 'idle: 9min', 'cpu: 9s', 'fileSize: 9MiB'].map(
    (limit): [string, string, string] => [
      `, limits: { ${limit} }`,
      'no-guard',
      `it answers for \`limits.${limit.split(':')[0]}\``,
    ],
  ),
])('with `%s` and `unsafe: [%s]`: %s', (keys, unsafe, reason) => {
  expect(reasons(keys, unsafe)).toContain(reason);
  expect(launcherOf(keys, unsafe)).toContain(`stays (${reason})`);
});

test('`explain` says what is lost with it, and nothing to who does not ask for it', () => {
  expect(launcherOf('')).toEqual([
    expect.stringContaining('is replaced by a small process, where Node.js is 22.15 or newer'),
    expect.stringContaining('the memory of all processes together is not watched'),
    expect.stringContaining('what waits for a server that ends is not answered'),
  ]);
  expect(launcherOf('', 'own-sandbox')).toEqual([]);
});
