import { expect, test, vi } from 'vitest';
import { runBriefly } from '../../../src/host/run-briefly.ts';

test('a program gets the environment that it is given, and nothing of ours', () => {
  vi.stubEnv('CANARY', 'of-ours');
  expect(runBriefly('/usr/bin/env', [], {}).output).toBe('');
  expect(runBriefly('/usr/bin/env', [], {}, { NAME: 'given' }).output).toBe('NAME=given\n');
  vi.unstubAllEnvs();
});

test.each<[title: string, file: string, args: readonly string[], code: number | undefined]>([
  ['its own code', '/bin/sh', ['-c', 'exit 3'], 3],
  ['none where it is not there', '/usr/bin/no-such-program', [], undefined],
  ['none where it takes too long', '/bin/sleep', ['60'], undefined],
])('a program ends with %s', (_title, file, args, code) => {
  expect(runBriefly(file, args, {}).code).toBe(code);
});

test('what it says is told apart', () => {
  const { output, errors } = runBriefly('/bin/sh', ['-c', 'echo out; echo err >&2'], {});
  expect([output, errors]).toEqual(['out\n', 'err\n']);
  expect(runBriefly('/usr/bin/no-such-program', [], {}).errors).toMatch(/ENOENT/);
});
