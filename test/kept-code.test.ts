import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REPOSITORY } from './kit/command.ts';

const PARTS = [...readFileSync(`${REPOSITORY}/bin/run.js`, 'utf8').matchAll(/\bpart\('([\w-]+)'\)/g)].map(
  ([, name = '']) => name,
);

test('the parts of `run` are found', () => {
  expect(PARTS).toEqual(expect.arrayContaining(['run', 'refusal', 'locked', 'watch']));
});

/** Code that V8 has kept has lost where it stands, and an import() fails there: `importModuleDynamically` of node:vm. */
test.each(PARTS)('%s, whose compiled code is kept, imports no module later', (name) => {
  expect(readFileSync(`${REPOSITORY}/dist/${name}.cjs`, 'utf8')).not.toMatch(/\bimport\(/);
});
