import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_VALUES } from '../../../src/confine/environment.ts';
import { prepareSeatbelt } from '../../../src/confine/seatbelt/seatbelt.ts';
import { findChanged } from '../../../src/relay/find-changed.ts';
import { launchPrivately } from '../../../src/relay/launch-privately.ts';
import { makePrivateDirectory, removePrivateDirectory } from '../../../src/relay/private-directory.ts';

import { granted, identsOf } from '../../kit/decide.ts';
import { makeHome, type Home } from '../../kit/home.ts';
import { planOnMac } from '../../kit/stated-mac.ts';

let home: Home;
beforeEach(() => {
  home = makeHome('version: 1\nservers: {}\n');
});
afterEach(() => rmSync(home.directory, { recursive: true, force: true }));

/** What a plan asks for, below a directory of the test. */
const wanted = (...state: readonly string[]) => {
  const template = `${home.directory}/data/private/crm.XXXXXX`;
  return {
    template,
    directories: [`${template}/home`, `${template}/tmp`, `${template}/home/work`],
    kept: state.map((name) => ({
      path: `${template}/home/${name}`,
      source: `${home.directory}/data/servers/crm/kept`,
    })),
  };
};
const source = (): string => `${home.directory}/data/servers/crm/kept`;

describe('the directory that one launch on macOS has for itself', () => {
  test('is ours alone, has what the plan names, and another name each time', () => {
    const [one, other] = [granted(makePrivateDirectory(wanted())), granted(makePrivateDirectory(wanted()))];
    expect(one).not.toBe(other);
    expect(one).toMatch(/\/private\/crm\.\w{6}$/);
    expect(readdirSync(one).toSorted()).toEqual(['home', 'tmp']);
    expect(readdirSync(`${one}/home`)).toEqual(['work']);
    for (const path of [one, `${one}/home`, `${one}/tmp`]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('leads to what persists, which outlives it', () => {
    const directory = granted(makePrivateDirectory(wanted('.cache/crm')));
    expect(readlinkSync(`${directory}/home/.cache/crm`)).toBe(source());
    writeFileSync(`${directory}/home/.cache/crm/note`, 'kept');
    removePrivateDirectory(directory);
    expect(readdirSync(`${home.directory}/data/private`)).toEqual([]);
    expect(readFileSync(`${source()}/note`, 'utf8')).toBe('kept');
  });

  test('is not made where a server put a link in the place of what persists, and nothing is left of it', () => {
    mkdirSync(`${home.directory}/keys`);
    mkdirSync(`${home.directory}/data/servers/crm`, { recursive: true });
    symlinkSync(`${home.directory}/keys`, source());
    expect(identsOf(makePrivateDirectory(wanted('data')))).toEqual(['state-unusable']);
    expect(readdirSync(`${home.directory}/data/private`)).toEqual([]);
    expect(lstatSync(`${home.directory}/keys`).isDirectory()).toBe(true);
  });

  test('is not made where a file stands in the way', () => {
    mkdirSync(`${home.directory}/data`, { recursive: true });
    writeFileSync(`${home.directory}/data/private`, '');
    expect(identsOf(makePrivateDirectory(wanted()))).toEqual(['state-unusable']);
  });

  test('is removed with the links in it, and not with what they lead to', () => {
    const directory = granted(makePrivateDirectory(wanted()));
    mkdirSync(`${home.directory}/keys`);
    writeFileSync(`${home.directory}/keys/id`, 'a key');
    symlinkSync(`${home.directory}/keys`, `${directory}/home/work/keys`);
    removePrivateDirectory(directory);
    expect(readFileSync(`${home.directory}/keys/id`, 'utf8')).toBe('a key');
  });
});

const heldNow = (path: string) => ({ path, device: statSync(path).dev, inode: statSync(path).ino });

describe('before a start on macOS', () => {
  test('what was put in a path’s place is found', () => {
    const path = `${home.directory}/granted`;
    mkdirSync(path);
    const held = [heldNow(path)];
    expect(findChanged({ held })).toBeUndefined();
    rmSync(path, { recursive: true });
    mkdirSync(`${path}-other`);
    symlinkSync(`${path}-other`, path);
    expect(findChanged({ held })?.ident).toBe('path-changed');
  });

  test('and a directory on the way that leads elsewhere', () => {
    mkdirSync(`${home.directory}/one/granted`, { recursive: true });
    symlinkSync(`${home.directory}/one`, `${home.directory}/two`);
    expect(findChanged({ held: [heldNow(`${home.directory}/two/granted`)] })?.ident).toBe('path-changed');
  });

  test.skipIf(process.platform === 'darwin')(
    'where there is no sandbox-exec, nothing is started and nothing made',
    async () => {
      const prepared = { ...prepareSeatbelt(planOnMac('/opt/acme/bin/crm'), NO_VALUES), ...wanted() };
      expect(identsOf(await launchPrivately(prepared))).toEqual(['sandbox-missing']);
      expect(readdirSync(home.directory)).not.toContain('data');
    },
  );
});
