import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, symlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { enterByShell } from '../../../src/confine/enter-by-shell.ts';
import { enterByHelper } from '../../../src/confine/enter.ts';
import { REPOSITORY } from '../../kit/command.ts';
import type { Plan } from '../../../src/plan/plan.ts';

const because = { reason: 'default' };
const of = (value: number) => ({ value, because });
// More processes than an account has that runs other tests beside: outside a sandbox they are counted too.
const LIMITS: Plan['limits'] = { memory: of(2 ** 30), processes: of(4000), openFiles: of(100) };

const PROGRAM: Plan['program'] = { asked: 'echo', real: '/bin/echo', heldBy: 'root', because };

/** The flags and numbers that the shell is given, before the server's own words. */
const numbers = (limits: Plan['limits']): string => {
  const [, , , , ...words] = enterByShell({ limits, argv: ['/bin/true', '--'] });
  return words.slice(0, words.indexOf('--')).join(' ');
};

test.each<[title: string, limits: Plan['limits'], expected: string]>([
  ['the defaults', LIMITS, '4000 -c 0 -n 100 -d 10485760'],
  ['a file in whole blocks, never more', { ...LIMITS, fileSize: of(1300) }, '4000 -c 0 -n 100 -d 10485760 -f 2'],
  ['time in whole seconds, never less', { ...LIMITS, cpu: of(1) }, '4000 -c 0 -n 100 -d 10485760 -t 2 -St 1'],
])('%s', (_title, limits, expected) => expect(numbers(limits)).toBe(expected));

/** Soft and hard, as proc_pid_limits(5) prints them. */
const limitOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name} +(\\S+) +(\\S+)`, 'm').exec(text)?.slice(1, 3).join(' ');

const SHELLS = ['/bin/dash', '/bin/bash', '/bin/busybox'].filter((path) => existsSync(path));

describe.each(SHELLS)('as `sh`, %s', (shell) => {
  /** The words run by it; descriptor 3 is a file that answers the handshake. */
  const run = (words: readonly string[], before = ''): string => {
    const directory = mkdtempSync(join(tmpdir(), 'msr-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    symlinkSync(shell, join(directory, 'sh'));
    const script = `${before} printf '\\n\\n' >"$0/reply"; exec 3<>"$0/reply"; exec "$0/sh" "$@" 2>&1`;
    try {
      return execFileSync('/bin/sh', ['-c', script, directory, ...words.slice(1)], { encoding: 'utf8' });
    } catch (error) {
      return error instanceof Error && 'status' in error ? `exit ${String(error.status)}` : 'failed';
    }
  };
  const SHOW = ['/bin/cat', '/proc/self/limits'] as const;

  test('sets every limit, soft and hard', () => {
    const text = run(enterByShell({ limits: { ...LIMITS, fileSize: of(2 ** 20), cpu: of(5000) }, argv: SHOW }));
    const names = ['processes', 'open files', 'data size', 'file size', 'cpu time', 'core file size'];
    expect(names.map((name) => `${name}: ${limitOf(text, `Max ${name}`)}`)).toEqual([
      'processes: 4000 4000',
      'open files: 100 100',
      'data size: 10737418240 10737418240',
      'file size: 1048576 1048576',
      'cpu time: 5 6',
      'core file size: 0 0',
    ]);
  });

  test('leaves alone what is less already', () => {
    const text = run(enterByShell({ limits: LIMITS, argv: SHOW }), 'ulimit -n 50;');
    expect(limitOf(text, 'Max open files')).toBe('50 50');
  });

  test.each([
    ['processes', { ...LIMITS, processes: of(Number.NaN) }],
    ['open files', { ...LIMITS, openFiles: of(Number.NaN) }],
  ])('starts nothing when it cannot set %s', (_what, limits) => {
    expect(run(enterByShell({ limits, argv: ['/bin/echo', 'started'] }))).toBe('exit 125');
  });

  test('takes no word of the server’s for its own', () => {
    expect(run(enterByShell({ limits: LIMITS, argv: ['/bin/echo', '--', '$(id)', '-n', ''] }))).toBe('-- $(id) -n \n');
  });
});

const HELPER = `${REPOSITORY}/dist/helper-${process.arch}`;

/** The words run by it, with a launcher that answers, or one that is gone. */
const runByHelper = (limits: Plan['limits'], argv: Plan['argv'], { before = '', reply = '\\n\\n' } = {}): string => {
  const directory = mkdtempSync(join(tmpdir(), 'msr-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [, ...words] = enterByHelper({ limits, argv, program: PROGRAM }, () => '9');
  const script = `${before} printf '${reply}' >"$0/reply"; exec 3<>"$0/reply" 5</dev/null; PWD=/x exec "$@" 2>&1`;
  try {
    return execFileSync('/bin/sh', ['-c', script, directory, HELPER, ...words], { encoding: 'utf8' });
  } catch (error) {
    return error instanceof Error && 'status' in error ? `exit ${String(error.status)}` : 'failed';
  }
};

describe('by the native helper', () => {
  const SHOW = ['/bin/cat', '/proc/self/limits'] as const;

  test('sets every limit, soft and hard', () => {
    const text = runByHelper({ ...LIMITS, fileSize: of(2 ** 20), cpu: of(5000) }, SHOW);
    const names = ['processes', 'open files', 'data size', 'file size', 'cpu time', 'core file size'];
    expect(names.map((name) => limitOf(text, `Max ${name}`))).toEqual([
      ...['4000 4000', '100 100', '10737418240 10737418240', '1048576 1048576', '5 6', '0 0'],
    ]);
  });

  test('leaves alone what is less already', () => {
    expect(limitOf(runByHelper(LIMITS, SHOW, { before: 'ulimit -n 50;' }), 'Max open files')).toBe('50 50');
  });

  test.each([['NaN'], ['-1'], ['1:2'], ['']])('starts nothing when a limit is `%s`', (value) => {
    const [, , ...words] = enterByHelper(
      { limits: LIMITS, argv: ['/bin/echo', 'started'], program: PROGRAM },
      () => '9',
    );
    const broken = words.map((word) => (word.startsWith('7:') ? `7:${value}:100` : word));
    expect(() => execFileSync(HELPER, ['enter', ...broken], { stdio: 'pipe' })).toThrow(/cannot read the number/);
  });

  test('starts nothing for a launcher that is gone', () => {
    expect(runByHelper(LIMITS, ['/bin/echo', 'started'], { reply: '' })).toBe('exit 125');
  });

  test('gives the server three descriptors, its own words and the environment but `PWD`', () => {
    expect(runByHelper(LIMITS, ['/bin/ls', '/proc/self/fd'])).toBe('0\n1\n2\n3\n'); // the last is of ls itself
    expect(runByHelper(LIMITS, ['/bin/echo', '--', '$(id)', '-n', ''])).toBe('-- $(id) -n \n');
    expect(runByHelper(LIMITS, ['/usr/bin/env'])).not.toMatch(/^PWD=/m);
  });

  test.each([
    ['/nowhere', 'exit 127'],
    ['/etc/passwd', 'exit 126'],
  ])('ends as a shell does where it cannot execute %s: %s', (program, expected) => {
    expect(runByHelper(LIMITS, [program])).toBe(expected);
  });
});
