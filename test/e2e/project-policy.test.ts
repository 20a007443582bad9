import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { msr } from '../kit/command.ts';
import { makeHome, type Home } from '../kit/home.ts';

const FILE = '.mcp-secure-run.yaml';
/** Says something of `crm`, and of another server. */
const NARROWS = 'version: 1\nservers:\n  crm:\n    tools: { "*": deny }\n';
const OTHER = 'version: 1\nservers:\n  other:\n    tools: { "*": deny }\n';

/** A repository with a file of this text at its root, and a policy with one server, `crm`. */
class Project {
  readonly home: Home;
  readonly root: string;
  readonly file: string;

  constructor(text?: string) {
    this.home = makeHome('version: 1\nservers: { crm: { command: echo, args: [started] } }\n');
    this.root = join(this.home.directory, 'projects/repository');
    this.file = join(this.root, FILE);
    for (const name of ['.git', 'src/deep']) mkdirSync(join(this.root, name), { recursive: true });
    if (text !== undefined) writeFileSync(this.file, text);
  }

  async type(args: readonly string[], cwd = this.root) {
    const { stdout, stderr, exitCode } = await msr(this.home, args, { cwd });
    return { stdout: String(stdout), stderr: String(stderr), exitCode };
  }

  async trust(): Promise<void> {
    expect((await this.type(['trust'])).exitCode).toBe(0);
  }

  /** What becomes of a start there: whether it is, and which of its files it says to be ignored. */
  async outcome(cwd = this.root): Promise<string> {
    const { stdout, stderr, exitCode } = await this.type(['run', 'crm'], cwd);
    const ignored = [
      ...stderr.matchAll(
        /^mcp-secure-run: (\S+) is ignored: its content is not trusted; read it, then `mcp-secure-run trust`$/gm,
      ),
    ];
    const findings = [...stderr.matchAll(/error\[([a-z-]+)\]/g)].map((match) => match[1]);
    const what = exitCode === 0 ? stdout : `${exitCode} ${findings.join()}`;
    return [what, ...ignored.map((match) => `ignored ${match[1]?.replace(this.home.directory, '')}`)].join(', ');
  }
}

const IGNORED = `started, ignored /projects/repository/${FILE}`;

describe('a project’s file is ignored, and that is said once', () => {
  test.each([
    ['when nobody trusted it', NARROWS],
    ['when it says nothing of this server', OTHER],
    ['when it would widen', 'version: 1\nservers: { crm: { unsafe: [no-sandbox] } }\n'],
    ['when it is no policy', 'x: ['],
    ['when it is empty', ''],
    ['when it is no text', '\0\u0001'],
  ])('%s', async (_title, text) => {
    expect(await new Project(text).outcome()).toBe(IGNORED);
  });

  test.each<[title: string, make: (path: string) => void]>([
    ['a directory', (path) => mkdirSync(path)],
    ['a FIFO, for whose writer nobody waits', (path) => execFileSync('mkfifo', [path])],
    ['a link to /dev/zero', (path) => symlinkSync('/dev/zero', path)],
    ['larger than any policy', (path) => writeFileSync(path, '#'.repeat(2 * 1024 * 1024))],
  ])('when it is %s', async (_title, make) => {
    const project = new Project();
    make(project.file);
    expect(await project.outcome()).toBe(IGNORED);
  });

  test('by `explain` and `check` too', async () => {
    const project = new Project(NARROWS);
    const explained = await project.type(['explain', 'crm']);
    expect([explained.exitCode, explained.stderr.match(/warning\[project-untrusted\]/g)?.length]).toEqual([0, 1]);
    const { findings } = JSON.parse((await project.type(['explain', '--json', 'crm'])).stdout);
    expect(findings.map(({ ident }: { ident: string }) => ident)).toEqual(['project-untrusted']);

    const checked = await project.type(['check']);
    expect([checked.exitCode, checked.stderr.match(/warning\[project-untrusted\]/g)?.length]).toEqual([0, 1]);
    expect(checked.stderr).toContain(`${project.file} is ignored`);
  });
});

describe('`trust`', () => {
  test('shows what is trusted, and says whom it narrows', async () => {
    const project = new Project(NARROWS);
    const { stdout, stderr, exitCode } = await project.type(['trust']);
    expect([stdout, exitCode]).toEqual([NARROWS.trimEnd(), 0]);
    expect(stderr).toContain(`trusted ${project.file} with this content: it narrows \`crm\``);
  });

  test('shows what a terminal would hide', async () => {
    const hidden = `${OTHER}# \u001b[2K\u202E\n`;
    expect((await new Project(hidden).type(['trust'])).stdout).toBe(`${OTHER}# \\u{1b}[2K\\u{202e}`);
  });

  test.each<[title: string, cwd: string, words: readonly string[]]>([
    ['at the root', '.', []],
    ['below it', 'src/deep', []],
    ['by its path', '..', [`repository/${FILE}`]],
    ['by an absolute path, from anywhere', '/', []],
  ])('%s', async (_title, cwd, words) => {
    const project = new Project(OTHER);
    const from = cwd === '/' ? '/' : join(project.root, cwd);
    const path = cwd === '/' ? [project.file] : words;
    expect((await project.type(['trust', ...path], from)).exitCode).toBe(0);
    expect(await project.outcome()).toBe('started');
  });

  test.each([
    ['another command', 'command: /bin/sh', 'policy-unknown-key'],
    ['arguments', 'args: [x]', 'policy-unknown-key'],
    ['files to read', 'files: { read: [/] }', 'policy-unknown-key'],
    ['files to write, beside some to hide', 'files: { hide: [x], write: [/] }', 'policy-unknown-key'],
    ['a variable', 'env: { A: x }', 'policy-unknown-key'],
    ['one of the client’s', 'pass: [A]', 'policy-unknown-key'],
    ['a secret', 'secrets: { A: "env:A" }', 'policy-unknown-key'],
    ['a network', 'network: any', 'policy-unknown-key'],
    ['a directory that persists', 'state: [data]', 'policy-unknown-key'],
    ['another directory to stand in', 'cwd: project', 'policy-unknown-key'],
    ['something given up', 'unsafe: [no-sandbox]', 'policy-unknown-key'],
    ['another hash', `sha256: ${'a'.repeat(64)}`, 'policy-unknown-key'],
    ['a limit that is none', 'limits: { calls: 0/s }', 'policy-value'],
  ])('refuses %s: a project can only narrow', async (_title, line, ident) => {
    const project = new Project(`version: 1\nservers:\n  crm:\n    ${line}\n`);
    const { stdout, stderr, exitCode } = await project.type(['trust']);
    expect([stdout, exitCode, /error\[([a-z-]+)\]/.exec(stderr)?.[1]]).toEqual(['', 2, ident]);
    expect(stderr).toContain(`${project.file}:4:`);
    expect(await project.outcome()).toBe(IGNORED);
  });

  test.each([
    'ceiling: {}',
    'lockdown: true',
    'runAs: root',
    'programPath: [/tmp]',
    'defaults: {}',
    'audit: none',
    'egress: {}',
  ])('refuses `%s` at the top', async (line) => {
    const { stderr, exitCode } = await new Project(`${OTHER}${line}\n`).type(['trust']);
    expect([exitCode, /error\[([a-z-]+)\]/.exec(stderr)?.[1]]).toEqual([2, 'policy-unknown-key']);
  });

  test('says where a project without one should write it', async () => {
    const { stderr, exitCode } = await new Project().type(['trust']);
    expect([exitCode, /error\[([a-z-]+)\]/.exec(stderr)?.[1]]).toEqual([2, 'policy-missing']);
    expect(stderr).toContain(`write ${FILE} at the root of the repository`);
  });
});

describe('trusted,', () => {
  test('what it says of a server stops that server’s launch, where it says it', async () => {
    const project = new Project(NARROWS);
    await project.trust();
    for (const cwd of [project.root, join(project.root, 'src/deep')]) {
      const { stdout, stderr, exitCode } = await project.type(['run', 'crm'], cwd);
      expect([stdout, exitCode]).toEqual(['', 125]);
      expect(stderr).toContain('error[not-enforced-yet]: `tools` is not enforced by this version');
      expect(stderr).toContain(` --> ${project.file}:4:5\n`);
      expect(stderr).toContain('4 |     tools: { "*": deny }\n');
    }
    expect((await project.type(['explain', 'crm'])).exitCode).toBe(125);
    expect(await project.outcome('/')).toBe('started'); // elsewhere it has no say
  });

  test('`check` tells of it, and that it is none of the policy’s errors', async () => {
    const project = new Project(NARROWS);
    await project.trust();
    const { stderr, stdout, exitCode } = await project.type(['check']);
    expect(stderr).toContain('warning[not-enforced-yet]: `tools` is not enforced by this version');
    expect(stderr).toContain(` --> ${project.file}:4:5\n`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^0 of 1 server would start here, 0 errors, /);
    const { servers } = JSON.parse((await project.type(['check', '--json'])).stdout);
    expect(servers).toEqual([{ id: 'crm', decision: 'deny' }]);
  });

  test('what it says of others is no matter, and all that is read is in the digest', async () => {
    const project = new Project(OTHER);
    const digest = async (): Promise<unknown> =>
      JSON.parse((await project.type(['explain', '--json', 'crm'])).stdout).digest;
    const before = await digest();
    await project.trust();
    expect(await project.outcome()).toBe('started');
    expect(await digest()).not.toBe(before);
  });

  test('a byte that changes makes it untrusted, and the same bytes again trusted', async () => {
    const project = new Project(NARROWS);
    await project.trust();
    for (const text of [`${NARROWS} `, `${NARROWS}#`, NARROWS.replace('deny', 'allow'), NARROWS.trimEnd(), '']) {
      writeFileSync(project.file, text);
      expect(await project.outcome()).toBe(IGNORED);
    }
    writeFileSync(project.file, NARROWS);
    expect(await project.outcome()).toBe('125 not-enforced-yet');
  });

  test('what is trusted anew takes the place of what was', async () => {
    const project = new Project(NARROWS);
    await project.trust();
    writeFileSync(project.file, OTHER);
    await project.trust();
    expect(await project.outcome()).toBe('started');
    writeFileSync(project.file, NARROWS);
    expect(await project.outcome()).toBe(IGNORED);
  });

  test('it is so at this place alone', async () => {
    const project = new Project(NARROWS);
    await project.trust();
    const copy = join(dirname(project.root), 'copy');
    cpSync(project.root, copy, { recursive: true });
    expect(await project.outcome(copy)).toBe(`started, ignored /projects/copy/${FILE}`);
    const moved = join(dirname(project.root), 'moved');
    renameSync(project.root, moved);
    expect(await project.outcome(moved)).toBe(`started, ignored /projects/moved/${FILE}`);
  });

  test('it is so by a record that nobody else can write', async () => {
    const project = new Project(NARROWS);
    await project.trust();
    const records = join(project.home.directory, 'state/trusted');
    const [record = '', ...more] = readdirSync(records);
    expect(more).toEqual([]);
    expect(await project.outcome()).toBe('125 not-enforced-yet');
    chmodSync(join(records, record), 0o666);
    expect(await project.outcome()).toBe(IGNORED);
    chmodSync(join(records, record), 0o600);
    appendFileSync(join(records, record), ' ');
    expect(await project.outcome()).toBe(IGNORED);
    rmSync(join(records, record));
    expect(await project.outcome()).toBe(IGNORED);
  });
});

/** Writes the file into a directory beside or in the repository. */
function put(project: Project, name: string): void {
  const path = join(project.home.directory, 'projects', name, FILE);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, OTHER);
}

describe('it is looked for', () => {
  test.each([
    ['at the root of the repository', ['repository'], 'repository/src/deep', 'repository'],
    ['where the client stands', ['repository/src/deep'], 'repository/src/deep', 'repository/src/deep'],
    ['between the two', ['repository/src'], 'repository/src/deep', 'repository/src'],
    ['nearest first', ['repository', 'repository/src'], 'repository/src/deep', 'repository/src'],
    ['not above the repository', ['.'], 'repository', undefined],
    ['not below where the client stands', ['repository/src'], 'repository', undefined],
    ['without a repository, where the client stands', ['plain'], 'plain', 'plain'],
    ['without a repository, nowhere above', ['plain'], 'plain/in', undefined],
  ])('%s', async (_title, files, cwd, found) => {
    const project = new Project();
    for (const name of files) put(project, name);
    const from = join(project.home.directory, 'projects', cwd);
    mkdirSync(from, { recursive: true });
    expect(await project.outcome(from)).toBe(
      found === undefined ? 'started' : `started, ignored /projects/${found}/${FILE}`,
    );
  });

  test.each([
    ['a repository inside another one ends there', (root: string) => mkdirSync(join(root, 'src/deep/.git'))],
    [
      'a worktree, whose `.git` is a file, ends there',
      (root: string) => writeFileSync(join(root, 'src/deep/.git'), 'gitdir: x'),
    ],
  ])('%s', async (_title, make) => {
    const project = new Project(OTHER);
    make(project.root);
    expect(await project.outcome(join(project.root, 'src/deep'))).toBe('started');
    expect(await project.outcome(join(project.root, 'src'))).toBe(IGNORED);
  });

  test('a link that leads to nothing is none', async () => {
    const project = new Project();
    symlinkSync('/nowhere', project.file);
    expect(await project.outcome()).toBe('started');
    put(project, 'repository/src');
    expect(await project.outcome(join(project.root, 'src'))).toBe(`started, ignored /projects/repository/src/${FILE}`);
  });

  test('by the real path of where the client stands', async () => {
    const project = new Project(OTHER);
    symlinkSync(join(project.root, 'src'), join(project.home.directory, 'link'));
    expect(await project.outcome(join(project.home.directory, 'link'))).toBe(IGNORED);
  });
});

test('a trusted file widens nothing that is read', async () => {
  const project = new Project(OTHER);
  const planOf = async (): Promise<unknown> =>
    JSON.parse((await project.type(['explain', '--json', 'crm'])).stdout).plan;
  const before = await planOf();
  await project.trust();
  expect(await planOf()).toEqual(before);
  expect((await project.type(['run', 'other'])).exitCode).toBe(127);
});
