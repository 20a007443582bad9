import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { confineInContainer, type Contained } from '../../../src/confine/container.ts';
import { NO_VALUES } from '../../../src/confine/environment.ts';
import { launchContainer } from '../../../src/relay/launch-container.ts';
import { openRecord } from '../../../src/relay/container-record.ts';
import { decide, granted, identsOf, withServer } from '../../kit/decide.ts';
import { makeHome } from '../../kit/home.ts';
import { program, statedHost } from '../../kit/stated-host.ts';

/** What an engine is told of by its path, and is to be as it was looked at. Nothing here gets as far as an engine. */
function contained() {
  const home = makeHome('');
  const image = `oci:acme/crm@sha256:${'0'.repeat(64)}`;
  const plan = granted(decide(withServer(image), 'crm', statedHost({ tree: { '/usr/bin/podman': program() } })));
  const planned = confineInContainer(plan, NO_VALUES, { home: home.directory, runtimeDirectory: undefined });
  const at = (name: string): string => `${home.directory}/${name}`;
  mkdirSync(at('granted'));
  mkdirSync(at('other'));
  const { dev: device, ino: inode } = lstatSync(at('granted'));
  const own: Contained = {
    ...planned,
    records: at('records'),
    held: [{ path: at('granted'), device, inode }],
    kept: [at('data/servers/crm/kept')],
    spawnIn: () => {
      throw new Error('it came to a start');
    },
    keeperIn: () => {
      throw new Error('it came to a start');
    },
  };
  return { own, at };
}

test('it comes to a start where all is as it was, or the others prove nothing', async () => {
  const { own, at } = contained();
  await expect(launchContainer(own)).rejects.toThrow('it came to a start');
  expect(statSync(at('data/servers/crm/kept')).mode & 0o777).toBe(0o700);
});

test.each<[title: string, act: (at: (name: string) => string) => void]>([
  ['another directory', (at) => (renameSync(at('granted'), at('gone')), renameSync(at('other'), at('granted')))],
  ['a link to the same', (at) => (renameSync(at('granted'), at('gone')), symlinkSync(at('gone'), at('granted')))],
  ['nothing', (at) => renameSync(at('granted'), at('gone'))],
])('where %s stands in the place of what is granted, nothing is started', async (_title, act) => {
  const { own, at } = contained();
  act(at);
  expect(identsOf(await launchContainer(own))).toEqual(['path-changed']);
  expect(existsSync(at('records'))).toBe(false);
});

test.each(['data/servers/crm/kept', 'data/servers/crm'])(
  'where a link stands in the place of what persists, %s, nothing is started',
  async (name) => {
    const { own, at } = contained();
    mkdirSync(at('data/servers'), { recursive: true });
    if (name.endsWith('kept')) mkdirSync(at('data/servers/crm'));
    symlinkSync(at('other'), at(name));
    expect(identsOf(await launchContainer(own))).toEqual(['state-unusable']);
    expect(existsSync(at('records'))).toBe(false);
  },
);

test('a record is for its account alone, and one of its own for each start', () => {
  const { own } = contained();
  const [one, other] = [granted(openRecord(own)), granted(openRecord(own))];
  expect(one.name).not.toBe(other.name);
  for (const { record } of [one, other]) {
    expect(statSync(record).mode & 0o777).toBe(0o700);
    expect(readdirSync(record).toSorted()).toEqual(['containers.conf', 'launcher']);
    for (const file of readdirSync(record)) expect(statSync(`${record}/${file}`).mode & 0o777).toBe(0o600);
  }
});
