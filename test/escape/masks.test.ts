import { spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { maskOptions } from '../../src/confine/mask-options.ts';
import { serverAccount } from '../kit/account.ts';
import { CANARY, giveToServers } from '../kit/arena.ts';
import { ask, expectEnded, makeProject, type Project } from '../kit/obedient.ts';

// Masks inside what is granted: over what `hide` matches, and over names that other programs obey. No boundary: what
// they are worth is that they hold as long as nobody moves them, and that the server is gone as soon as somebody does.

const HIDE = { hide: ['**/.env*', 'keys'] };

/** What a server that was asked nothing has left of a project: every name in it. */
const namesIn = ({ in: at }: Project): string[] =>
  readdirSync(at('.'), { recursive: true, encoding: 'utf8' }).toSorted();

describe('what is hidden is read neither', () => {
  test.each<[title: string, file: string, script: (project: Project) => string]>([
    ['by its path', 'sub/.env', ({ in: at }) => `cat ${at('sub/.env')}`],
    ['from its own directory', 'sub/.env', ({ in: at }) => `cd ${at('sub')} && cat ./.env`],
    ['by a link made to it', 'sub/.env', ({ in: at }) => `ln -s sub/.env ${at('alias')}; cat ${at('alias')}`],
    ['by a hard link made to it', 'sub/.env', ({ in: at }) => `ln ${at('sub/.env')} ${at('x')}; cat ${at('x')}`],
    ['by a link made to its directory', 'keys/k', ({ in: at }) => `ln -s keys ${at('alias')}; cat ${at('alias/k')}`],
    ['by the root of the process', 'sub/.env', ({ in: at }) => `cat /proc/self/root${at('sub/.env')}`],
    ['by listing and opening', 'keys/deep/k', ({ in: at }) => `find ${at('.')} -type f -exec cat {} +`],
    ['by moving it', 'sub/.env', ({ in: at }) => `mv ${at('sub/.env')} ${at('x')}; cat ${at('x')} ${at('sub/.env')}`],
    [
      'by moving its directory',
      'keys/k',
      ({ in: at }) => `mv ${at('keys')} ${at('x')}; cat ${at('x/k')} ${at('keys/k')}`,
    ],
    [
      'by moving what is above, and back',
      'sub/.env',
      ({ in: at }) =>
        `mv ${at('sub')} ${at('x')}; cat ${at('x/.env')}; mv ${at('x')} ${at('sub')}; cat ${at('sub/.env')}`,
    ],
    ['by making it readable', 'sub/.env', ({ in: at }) => `chmod 644 ${at('sub/.env')}; cat ${at('sub/.env')}`],
    ['by a copy of all', 'sub/.env', ({ in: at }) => `cp -r ${at('sub')} ${at('x')}; cat ${at('x/.env')}`],
    ['when a part of its name is a line break', '.env\nb', ({ in: at }) => `cat ${at('.env*')}`],
    ['when it is a backslash', '.env\\040b', ({ in: at }) => `cat ${at('.env*')}`],
    ['when it is brackets and a space', '.env [x] #y', ({ in: at }) => `cat ${at('.env*')}`],
    ['when it is beyond ASCII', '.env-größe-😀', ({ in: at }) => `cat ${at('.env*')}`],
    ['when its directory has such a name', 'a b\t\\[c]/.env', ({ in: at }) => `cat ${at('a*/.env')}`],
  ])('%s', async (_title, file, script) => {
    const project = makeProject(HIDE);
    project.put(file);
    const bare = project.start('bare');
    expect(await ask(bare, script(project)), 'without `hide` it can be read, or this test proves nothing').toContain(
      CANARY,
    );
    bare.child.stdin.end();
    await bare.ended;

    const other = makeProject(HIDE);
    other.put(file);
    const masked = other.start('masked');
    const said = await ask(masked, script(other));
    expect(said).not.toContain(CANARY);
    expect(said).toMatch(/Permission denied|No such file|resource busy|Read-only|cross-device|Invalid|mask-lost|^$/);
    if (existsSync(other.in(file))) expect(readFileSync(other.in(file), 'utf8')).toBe(CANARY);
  });

  test('in what is granted for reading', async () => {
    const project = makeProject();
    project.put('sub/.env');
    const readOnly = makeProject({ ...HIDE, write: [], read: [project.in('.').slice(0, -2)] });
    const script = `cat ${project.in('sub/.env')}`;
    expect(await ask(readOnly.start('bare'), script)).toBe(CANARY);
    expect(await ask(readOnly.start('masked'), script)).toContain('Permission denied');
  });

  // What has another name is another name: nothing on the disk says that it is the same file but a number.
  test('but a hard link that has another name is', async () => {
    const project = makeProject(HIDE);
    linkSync(project.put('.env'), project.in('other'));
    expect(await ask(project.start('masked'), `cat ${project.in('other')}`)).toBe(CANARY);
  });
});

describe('a protected name can be read, and not written', () => {
  test.each([
    ['.git/hooks/pre-commit', (path: string) => `echo evil > ${path}`],
    ['.git/config', (path: string) => `echo evil > ${path}`],
    ['.git/hooks/pre-commit', (path: string) => `rm -f ${path}; echo evil > ${path}`],
    [
      '.git/hooks/pre-commit',
      (path: string) =>
        `chmod 777 ${path}; mv ${dirname(path)} ${dirname(path)}2; mkdir -p ${dirname(path)}; echo evil > ${path}`,
    ],
    [
      '.git/hooks/pre-commit',
      (path: string) => `echo evil > ${dirname(path)}/post-commit; cp ${dirname(path)}/post-commit ${path}`,
    ],
    ['.mcp.json', (path: string) => `echo evil > ${path}.new; mv ${path}.new ${path}`],
    ['.vscode/tasks.json', (path: string) => `echo evil > ${path}`],
    [
      'sub/.claude/settings.json',
      (path: string) => `ln -s . ${dirname(path)}/../x; echo evil > ${dirname(path)}/../x/.claude/settings.json`,
    ],
  ])('%s', async (file, script) => {
    const outside = makeProject();
    outside.put(file, 'good');
    outside.put('.git/HEAD');
    await ask(outside.start('outside'), script(outside.in(file)));
    expect(readFileSync(outside.in(file), 'utf8'), 'outside it can be written, or this test proves nothing').toBe(
      'evil\n',
    );

    const project = makeProject();
    project.put(file, 'good');
    project.put('.git/HEAD');
    const session = project.start('masked');
    expect(await ask(session, `cat ${project.in(file)}; echo; echo more > ${project.in('other')}`)).toBe('good');
    expect(await ask(session, script(project.in(file)))).toMatch(/Read-only file system|resource busy/);
    expect(readFileSync(project.in(file), 'utf8')).toBe('good');
    expect(existsSync(project.in('other'))).toBe(true);
    expect(await ask(session, 'echo alive')).toBe('alive');
  });
});

describe('a server that loses a mask is ended before it gets another message', () => {
  test.each<
    [title: string, script: (at: (name: string) => string) => string, lost: (at: (name: string) => string) => string]
  >([
    ['creates a name that other programs obey', (at) => `echo '{}' > ${at('.mcp.json')}`, (at) => at('.mcp.json')],
    ['creates a directory of that kind', (at) => `mkdir ${at('.vscode')}`, (at) => at('.vscode')],
    ['makes a link of that name', (at) => `ln -s sub ${at('.claude')}`, (at) => at('.claude')],
    ['creates one in a repository inside', (at) => `touch ${at('inner/.envrc')}`, (at) => at('inner/.envrc')],
    [
      'moves the repository’s own and makes another',
      (at) => `mv ${at('.git')} ${at('g')}; mkdir -p ${at('.git/hooks')}`,
      (at) => at('.git/hooks'),
    ],
    ['moves the directory of a hidden file', (at) => `mv ${at('sub')} ${at('bus')}`, (at) => at('sub/.env')],
    [
      'moves one above it',
      (at) => `mv ${at('deep')} ${at('x')}; mkdir -p ${at('deep/er')}; echo > ${at('deep/er/.env')}`,
      (at) => at('deep/er/.env'),
    ],
  ])('that %s', async (_title, script, lost) => {
    const project = makeProject(HIDE);
    for (const name of ['.git/hooks/x', 'inner/.git/HEAD', 'sub/.env', 'deep/er/.env']) project.put(name);
    const session = project.start('masked');
    expect(await ask(session, 'echo alive')).toBe('alive');
    await ask(session, script(project.in));
    await expectEnded(session, lost(project.in));
  });

  test('when a person saves a hidden file as editors do', async () => {
    const project = makeProject(HIDE);
    project.put('sub/.env', 'old');
    const session = project.start('masked');
    expect(await ask(session, `cat ${project.in('sub/.env')}`)).toContain('Permission denied');
    project.put('sub/new');
    renameSync(project.in('sub/new'), project.in('sub/.env'));
    expect(await ask(session, `cat ${project.in('sub/.env')}`)).toBe('mask-lost');
    await expectEnded(session, project.in('sub/.env'));
    expect(session.stdout).not.toContain(CANARY);

    const next = project.start('masked');
    expect(await ask(next, `cat ${project.in('sub/.env')}`)).toContain('Permission denied');
  });

  test('and not when one is written where it lies', async () => {
    const project = makeProject(HIDE);
    project.put('sub/.env', 'old');
    const session = project.start('masked');
    await ask(session, 'true');
    writeFileSync(project.in('sub/.env'), CANARY);
    expect(await ask(session, `cat ${project.in('sub/.env')}`)).toContain('Permission denied');
  });

  test('though no message comes', async () => {
    const project = makeProject(HIDE);
    project.put('.env');
    for (const change of [() => project.put('.mcp.json'), () => renameSync(project.put('new'), project.in('.env'))]) {
      const session = project.start('masked');
      await ask(session, 'true');
      change();
      expect((await session.ended).code).toBe(126);
    }
  });
});

describe('nothing is made in a project', () => {
  test('by a start, and by one that is killed', async () => {
    const project = makeProject({ hide: ['**/.env*', project404()] });
    for (const name of ['.git/HEAD', 'sub/.env', 'keys/k']) project.put(name);
    const before = namesIn(project);
    for (const end of ['SIGTERM', 'SIGKILL'] as const) {
      const session = project.start('masked');
      await ask(session, 'true');
      session.child.kill(end);
      await session.ended;
      expect(namesIn(project)).toEqual(before);
    }
    const early = project.start('masked');
    early.child.kill('SIGKILL');
    await early.ended;
    expect(namesIn(project)).toEqual(before);
  });
});

function project404(): string {
  return '/srv/there-is-no-such-thing';
}

// The shape of CVE-2026-87766: what a server may write, it may replace by a link, and the next start may follow it.
const SHIELD = { kind: 'shield', path: '/', because: { reason: '' } } as const;

describe('a link in the place of what is masked leads no mount away', () => {
  const LINKS: [title: string, to: (victim: string) => string][] = [
    ['to the victim', (victim) => victim],
    ['through the root that bubblewrap leaves behind', (victim) => `/oldroot${victim}`],
    ['to it by way of the parents', (victim) => `../../../../../../oldroot${victim}`],
  ];
  test('by bubblewrap alone it does, where that is not mended, or these tests prove nothing', async () => {
    const project = makeProject();
    const victim = project.make('victim', 'owned');
    symlinkSync(`/oldroot${victim}/made`, project.in('.env'));
    const { stdout } = await execa('/usr/bin/bwrap', ['--version']);
    const isMended = /^bubblewrap (?:[1-9]|0\.(?:1[2-9]|[2-9]\d))/.test(stdout);
    const by = async (shield: readonly string[]) => {
      const app = project.in('.').slice(0, -2);
      const options = ['--unshare-user', '--bind', app, app, ...shield, '--ro-bind-data', '0', project.in('.env')];
      await execa('/usr/bin/bwrap', [...options, '/bin/true'], { ...serverAccount, input: '', reject: false });
      return readdirSync(victim);
    };
    if (!isMended) expect(await by(maskOptions(SHIELD, () => ''))).toEqual([]);
    expect(await by([])).toEqual(isMended ? [] : ['made']);
  });

  test.each(LINKS)('planted before the start, %s', async (_title, to) => {
    const project = makeProject(HIDE);
    const victim = project.make('victim', 'owned');
    project.put('sub/.env');
    for (const name of ['.env', '.mcp.json', '.vscode', 'keys', '.git'])
      symlinkSync(to(`${victim}/made`), project.in(name));
    const session = project.start('masked');
    expect(await ask(session, `cat ${project.in('sub/.env')}`)).toMatch(/Permission denied|path-changed/);
    expect(readdirSync(victim)).toEqual([]);
  });

  /** Of each, while something is swapped; `npm run soak` makes more. */
  const STARTS = Number(process.env.SWAPS ?? 15 * LINKS.length) / LINKS.length;

  test.each(LINKS)(
    'swapped again and again while servers are started, %s',
    { timeout: STARTS * 4_000 },
    async (_title, to) => {
      const project = makeProject(HIDE);
      const victim = project.make('victim', 'owned');
      project.put('sub/.env');
      project.put('sub/keys/k');
      project.put('sub/marker', '');
      const swapper = project.attacker('exchange-link.mjs');
      const swapping = spawn(process.execPath, [swapper, project.in('sub'), to(victim)], {
        ...serverAccount,
        stdio: 'ignore',
      });
      try {
        const outcomes = new Set<string>();
        for (let start = 0; start < STARTS; start += 1) {
          const session = project.start('masked');
          const said = await ask(session, `cat ${project.in('sub*/.env')} ${project.in('sub*/keys/k')}`);
          expect(said).not.toContain(CANARY);
          outcomes.add(said);
          session.child.kill('SIGKILL');
          await session.ended;
        }
        expect(swapping.exitCode).toBeNull(); // it swapped all the while
        expect(readdirSync(victim)).toEqual([]);
      } finally {
        swapping.kill('SIGKILL');
      }
    },
  );
});

describe('a name that is not UTF-8', () => {
  const NAME = Buffer.from([0x6b, 0xff]);
  const below = (directory: string): Buffer => Buffer.concat([Buffer.from(`${directory}/`), NAME]);

  test('of a directory, where something is to be hidden, is refused: what is in it could not be', async () => {
    const project = makeProject(HIDE);
    mkdirSync(below(project.in('.').slice(0, -2)));
    const session = project.start('masked');
    expect(await ask(session, 'true')).toBe('hide-name');
    session.child.stdin.end();
    expect((await session.ended).code).toBe(126);
    expect(await ask(project.start('bare'), 'echo alive')).toBe('alive');
  });

  test('of a file that matches nothing stands in no one’s way', async () => {
    const project = makeProject(HIDE);
    writeFileSync(below(project.in('.').slice(0, -2)), CANARY);
    project.put('.env');
    const said = await ask(project.start('masked'), `cat ${project.in('k*')} ${project.in('.env')}`);
    expect(said).toMatch(/the canary sings.*Permission denied/s);
  });
});

describe('a large project', () => {
  test('of 50,000 files is looked through', async () => {
    const project = makeProject(HIDE);
    for (let directory = 0; directory < 500; directory += 1) {
      const path = project.in(`d${directory % 20}/d${directory}`);
      mkdirSync(path, { recursive: true });
      for (let file = 0; file < 100; file += 1) writeFileSync(`${path}/f${file}.js`, '');
    }
    giveToServers(project.in('d7/d487'));
    project.put('d7/d487/.env');
    const session = project.start('masked');
    expect(await ask(session, `cat ${project.in('d7/d487/.env')}; ls ${project.in('d7/d487')} | wc -l`)).toMatch(
      /Permission denied/,
    );
    expect(lstatSync(project.in('d7/d487/.env')).size).toBe(CANARY.length);
  }, 60_000);
});
