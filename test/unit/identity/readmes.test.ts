import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { identityText, type Identity, type Script } from '../../../src/identity/identity.ts';
import { readLauncher } from '../../../src/identity/read-launcher.ts';
import { REPOSITORY } from '../../kit/command.ts';

// Lines that the pages of well-known servers say to write, each with a version or a digest where the page has none.

interface Row {
  readonly source: string;
  readonly line: readonly [string, ...string[]];
  readonly runs: string;
  readonly args: readonly string[];
  readonly variables?: readonly string[];
}

const ROWS: readonly Row[] = JSON.parse(readFileSync(`${REPOSITORY}/fixtures/launchers/readmes.json`, 'utf8'));

test('there are many', () => {
  expect(ROWS.length).toBeGreaterThan(60);
  expect(new Set(ROWS.map(({ line }) => line[0]))).toEqual(
    new Set(['npx', 'bunx', 'uvx', 'pipx', 'docker', 'node', 'deno']),
  );
});

test.each(ROWS)('$line', ({ line: [command, ...words], runs, args, variables = [] }) => {
  const reading = readLauncher(command, words);
  if (!reading?.ok) throw new Error(reading?.message ?? 'no launcher');
  expect(textOf(reading.identity)).toBe(runs);
  expect(words.slice(reading.consumed)).toEqual(args);
  expect(reading.variables ?? []).toEqual(variables);
});

function textOf(identity: Identity | Script): string {
  return identity.kind === 'script' ? `script:${identity.path}` : identityText(identity);
}
