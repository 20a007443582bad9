import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareSeatbelt } from '../../../src/confine/seatbelt/seatbelt.ts';
import { isWithin } from '../../../src/match/path.ts';
import type { Mount, Plan } from '../../../src/plan/plan.ts';
import { REPOSITORY } from '../../kit/command.ts';
import { definitions, lets, readProfile } from '../../kit/read-profile.ts';
import { planOnMac, PRIVATE } from '../../kit/stated-mac.ts';

const SCRIPT = 'command: node, args: [/Users/anna/mcp/crm.js], unsafe: [unlocked]';
const MADE = `${PRIVATE}/crm.aB3dE9`;

/** What a plan becomes in a directory with that name. */
function spawned(plan: Plan) {
  const spawn = prepareSeatbelt(plan, { client: () => 'of the client', secret: () => 'of a store' }).spawnIn(MADE);
  const profile = spawn.args[1] ?? '';
  return { ...spawn, profile, rules: readProfile(profile), parameters: definitions(spawn.args) };
}

/** A profile and its parameters, as a person reads them. */
function shown(plan: Plan): string {
  const { file, args, parameters, profile, cwd } = spawned(plan);
  const command = args.slice(args.indexOf('--'));
  return [
    `; ${file} ${command.join(' ')}`,
    `; in ${cwd}`,
    ...[...parameters].map(([name, path]) => `; ${name}=${path}`),
    profile,
  ].join('\n');
}

describe('the whole profile of', () => {
  test.each([
    ['nothing-granted', '/opt/acme/bin/crm'],
    ['node-script', `{ ${SCRIPT}, files: { read: [~/mcp] } }`],
    ['read-and-write', '{ command: /opt/acme/bin/crm, files: { read: [~/src], write: [~/Notes] }, state: [data] }'],
    ['host-network', '{ command: /opt/acme/bin/crm, unsafe: [host-network] }'],
    ['own-sandbox', '{ command: /opt/acme/bin/crm, unsafe: [own-sandbox] }'],
  ])('%s', async (name, entry) => {
    await expect(shown(planOnMac(entry))).toMatchFileSnapshot(`${REPOSITORY}/fixtures/seatbelt/${name}.sb`);
  });
});

test('own-sandbox gives nothing: macOS lets no sandbox be made inside another one', () => {
  const plan = planOnMac('{ command: /opt/acme/bin/crm, unsafe: [own-sandbox] }');
  expect(shown(plan)).toBe(shown(planOnMac('/opt/acme/bin/crm')));
  expect(plan.weakened.map(({ ident, effect }) => [ident, effect])).toEqual([['own-sandbox', 'changes nothing yet']]);
});

describe('the process', () => {
  test('is started by the file of the system’s, in a directory that is the launch’s own', () => {
    const { file, args, cwd, env } = spawned(planOnMac(`{ ${SCRIPT}, pass: ["TOKEN?"], files: { read: [~/mcp] } }`));
    expect(file).toBe('/usr/bin/sandbox-exec');
    expect(args[0]).toBe('-p');
    expect(args.slice(args.indexOf('--'))).toEqual(['--', '/usr/local/bin/node', '/Users/anna/mcp/crm.js']);
    expect(cwd).toBe(`${MADE}/home/work`);
    expect(env).toMatchObject({ HOME: `${MADE}/home`, TMPDIR: `${MADE}/tmp`, USER: 'anna' });
  });

  test('has the policy’s own values as they are written', () => {
    const value = `${PRIVATE}/crm.XXXXXX/home`;
    const { env } = spawned(planOnMac(`{ command: /opt/acme/bin/crm, env: { SEEN: "${value}" } }`));
    expect(env.SEEN).toBe(value);
  });

  test('holds no value of the client’s but in its environment', () => {
    const { env, args } = spawned(withClientVariable(planOnMac('/opt/acme/bin/crm')));
    expect(env.TOKEN).toBe('of the client');
    expect(args.join('\n')).not.toContain('of the client');
  });
});

const OWN = [`${MADE}/home`, `${MADE}/tmp`, `${MADE}/home/work/new`];
const FRAMEWORK = '/System/Library/Frameworks/Foundation.framework/Foundation';

describe('what is let through, by a reading of the language', () => {
  const { rules, parameters } = spawned(
    planOnMac(
      `{ command: node, args: [/Users/anna/mcp/crm.js], unsafe: [unlocked], files: { read: [~/src], write: [~/Documents] }, state: [data] }`,
    ),
  );
  const state = '/Users/anna/.local/share/mcp-secure-run/servers/crm/data';
  test.each<[operation: string, path: string, expected: boolean]>([
    ['file-read-data', '/Users/anna/src/index.ts', true],
    ['file-read-data', '/Users/anna/src-evil', false],
    ['file-read-data', '/Users/anna/mcp/crm.js', true],
    ['file-read-data', '/Users/anna/mcp/other.js', false],
    ['file-read-data', '/Users/anna/.ssh/id_ed25519', false],
    ['file-read-data', '/Users/anna', false],
    ['file-read-metadata', '/Users/anna', true],
    ['file-read-metadata', '/Users/anna/.ssh', false],
    ['file-read-data', '/Users/anna/Library/Keychains/login.keychain-db', false],
    ['file-read-data', '/Users/anna/.config/mcp-secure-run/policy.yaml', false],
    ['file-read-data', `${PRIVATE}/other.aaaaaa/home/x`, false],
    ['file-read-data', '/private/etc/passwd', false],
    ['file-read-data', '/private/etc/master.passwd', false],
    ['file-read-data', '/private/tmp/x', false],
    ['file-read-data', '/private/var/folders/zz/x/T/y', false],
    ['file-read-data', '/Applications', false],
    ['file-read-data', '/Volumes/Backup', false],
    ['file-read-data', '/dev/disk0', false],
    ['file-read-data', '/dev/tty', false],
    ['file-read-data', '/dev/urandom', true],
    ['file-read-data', FRAMEWORK, true],
    ['file-map-executable', FRAMEWORK, true],
    ['file-map-executable', '/Users/anna/Downloads/x.dylib', false],
    ['file-write-data', FRAMEWORK, false],
    ['file-write-data', '/dev/null', true],
    ['file-write-create', '/Users/anna/src/x', false],
    ['file-write-create', '/Users/anna/Documents/x', true],
    ['file-write-unlink', '/Users/anna/Documents/x', true],
    ['file-write-unlink', '/Users/anna/Documents', false],
    ['file-write-create', '/Users/anna/Documents', false],
    ['file-write-unlink', '/Users/anna/.zshrc', false],
    ['file-write-create', '/Users/anna/Library/LaunchAgents/x.plist', false],
    ['file-write-create', `${state}/x`, true],
    ['file-write-unlink', state, false],
    ['file-write-create', state, false],
    ['file-write-create', '/Users/anna/.local/share/mcp-secure-run/servers/crm/other', false],
    ...OWN.map((path) => ['file-write-create', path, true] as [string, string, boolean]),
    ['file-write-unlink', MADE, false],
    ['process-exec', '/usr/local/bin/node', true],
    ['process-exec', '/usr/bin/git', true],
    ['process-exec', '/bin/sh', true],
    ['process-exec', '/usr/bin/open', false],
    ['process-exec', '/usr/bin/osascript', false],
    ['process-exec', '/usr/bin/security', false],
    ['process-exec', '/bin/launchctl', false],
    ['process-exec', '/opt/homebrew/bin/gh', false],
    ['process-exec', '/Users/anna/Documents/x', false],
    ['process-exec', `${MADE}/home/x`, false],
    ['network-outbound', '/private/var/run/docker.sock', false],
    ['network-outbound', '/private/var/run/mDNSResponder', false],
    ['network-outbound', '/Users/anna/Documents/x.sock', false],
    ['network-outbound', `${MADE}/tmp/x.sock`, true],
  ])('%s %s: %s', (operation, path, expected) => {
    expect(lets(rules, parameters, operation, path)).toBe(expected);
  });
});

test('with the host’s network, of its sockets only the one that resolves names can be reached', () => {
  const { rules, parameters } = spawned(planOnMac('{ command: /opt/acme/bin/crm, unsafe: [host-network] }'));
  const reached = (path: string): boolean => lets(rules, parameters, 'network-outbound', path);
  expect(reached('/private/var/run/mDNSResponder')).toBe(true);
  expect(reached('/private/var/run/docker.sock')).toBe(false);
  expect(reached('/private/tmp/com.apple.launchd.x/Listeners')).toBe(false);
});

test('a framework’s Python may start the program proper, and nothing beside it', () => {
  const version = '/Library/Frameworks/Python.framework/Versions/3.13';
  const python = { reason: 'x', real: `${version}/bin/python3.13`, asked: 'python3' };
  const plan = planOnMac('/opt/acme/bin/crm');
  const { rules, parameters } = spawned({ ...plan, program: { ...plan.program, interpreter: python } });
  const runs = (path: string): boolean => lets(rules, parameters, 'process-exec', path);
  expect(runs(`${version}/Resources/Python.app/Contents/MacOS/Python`)).toBe(true);
  expect(runs(`${version}/bin/pip3.13`)).toBe(false);
});

const anyName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      '") (allow default) ("',
      'a"b',
      '\\',
      '\\"',
      '(param "READ_0")',
      'x\n(allow file-read*)',
      '; (deny',
      '#"',
      "it's",
      '-D',
      '--',
      'A=B',
      'ü',
      'u\u0308',
      '漢字 ',
      '${HOME}',
    ),
  )
  .map((name) => name.replaceAll(/[/\0]/g, '_'))
  .filter((name) => name !== '.' && name !== '..');
const anyPath = fc.array(anyName, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
const anyGrants = fc.array(fc.tuple(fc.constantFrom('read', 'write'), anyPath), { maxLength: 6 });

const because = { reason: 'a test' };
const PLAIN = planOnMac('/opt/acme/bin/crm');

function withGrants(grants: readonly (readonly ['read' | 'write', string])[]): Plan {
  const binds = grants.map(([mode, path]): Mount => ({ kind: 'bind', path, mode, because }));
  return { ...PLAIN, mounts: [...PLAIN.mounts, ...binds] };
}

function withClientVariable(plan: Plan): Plan {
  return { ...plan, env: [...plan.env, { name: 'TOKEN', from: 'client', because }] };
}

/** What a plan shows, by the paths that are there once its directory has a name. */
function listed(plan: Plan, modes: readonly string[]): string[] {
  return plan.mounts
    .flatMap((mount) => {
      if (mount.kind === 'bind') return modes.includes(mount.mode) ? [mount.path] : [];
      if (mount.kind === 'state') return [mount.source];
      return mount.kind === 'directory' ? [mount.path] : [];
    })
    .map((path) => path.replace('crm.XXXXXX', 'crm.aB3dE9'));
}

const DEVICES = ['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom', '/dev/fd'];

describe('for all paths', () => {
  test('no path is a part of the profile: it says the same of any names', () => {
    fc.assert(
      fc.property(anyGrants, (grants) => {
        const plain = grants.map(([mode], index) => [mode, `/plain-${index}`] as const);
        const distinct = new Set(grants.map(([, path]) => path)).size === grants.length;
        const { profile, parameters } = spawned(withGrants(grants));
        for (const [, path] of grants) expect([...parameters.values()]).toContain(path);
        const rules = readProfile(profile).filter((rule) => !JSON.stringify(rule).includes('WAY_'));
        const expected = readProfile(spawned(withGrants(plain)).profile);
        if (distinct) expect(rules).toEqual(expected.filter((rule) => !JSON.stringify(rule).includes('WAY_')));
      }),
    );
  });

  test('every path is a parameter under one name, and every name that is used has one', () => {
    fc.assert(
      fc.property(anyGrants, (grants) => {
        const { profile, parameters } = spawned(withGrants(grants));
        const used = new Set([...profile.matchAll(/\(param "([A-Z]+_\d+)"\)/g)].map((match) => match[1]));
        expect(used).toEqual(new Set(parameters.keys()));
      }),
    );
  });

  test('nothing is read that the plan does not list', () => {
    fc.assert(
      fc.property(anyGrants, anyPath, fc.nat(), (grants, other, pick) => {
        const plan = withGrants(grants);
        const { rules, parameters } = spawned(plan);
        const roots = [...listed(plan, ['read', 'write']), ...DEVICES];
        for (const path of [other, ...around(grants[pick % Math.max(1, grants.length)]?.[1])]) {
          const isListed = path === '/' || roots.some((root) => isWithin(path, root));
          expect(lets(rules, parameters, 'file-read-data', path), path).toBe(isListed);
        }
      }),
    );
  });

  test('nothing is written but what is granted for it, and no root of it is replaced', () => {
    fc.assert(
      fc.property(anyGrants, anyPath, fc.nat(), (grants, other, pick) => {
        const plan = withGrants(grants);
        const { rules, parameters } = spawned(plan);
        const roots = listed(plan, ['write']);
        for (const path of [other, ...around(grants[pick % Math.max(1, grants.length)]?.[1])]) {
          const isBelow = roots.some((root) => root !== path && isWithin(path, root));
          for (const operation of ['file-write-create', 'file-write-unlink', 'file-write-owner'])
            expect(lets(rules, parameters, operation, path), `${operation} ${path}`).toBe(isBelow);
          const isData = isBelow || roots.includes(path) || ['/dev/null', '/dev/zero'].includes(path);
          expect(lets(rules, parameters, 'file-write-data', path), path).toBe(isData || isWithin(path, '/dev/fd'));
        }
      }),
    );
  });
});

/** A path, one below it, one beside it, and the one above. */
function around(path = '/Users/anna'): string[] {
  return [path, `${path}/below`, `${path}-beside`, path.slice(0, path.lastIndexOf('/')) || '/'];
}
