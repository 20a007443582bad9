import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../kit/command.ts';
import { SecretHome } from '../../kit/secrets.ts';

// What the build made of it, as `run` loads it.
const home = new SecretHome();
const dotenv = home.write('.env', 'TOKEN=canary-of-dotenv');

describe('dist/secrets.cjs', () => {
  test.each([
    ['loads no library for a variable', { provider: 'env', name: 'TOKEN' }, 'canary-of-env', []],
    [
      'loads dotenv for a `.env` file',
      { provider: 'dotenv', path: dotenv, key: 'TOKEN' },
      'canary-of-dotenv',
      ['dotenv'],
    ],
  ])('%s', async (_title, reference, value, libraries) => {
    const script = `
      const { askSecrets } = require(${JSON.stringify(`${REPOSITORY}/dist/secrets.cjs`)});
      const account = { uid: process.getuid(), home: '/' };
      const host = { variable: () => 'canary-of-env', account, file: () => undefined, node: process.execPath };
      const rule = { name: 'T', from: 'secret', reference: ${JSON.stringify(reference)}, because: {} };
      const plan = { server: 'crm', env: [rule], weakened: [] };
      askSecrets({ plan, policy: { layers: [] }, host }, { errors: {} }, '', () => {}).then(({ granted }) => {
        const found = Object.keys(require.cache).map((path) => path.split('/node_modules/')[1]).filter(Boolean);
        console.log(JSON.stringify([granted.value('T'), [...new Set(found.map((path) => path.split('/')[0]))]]));
      });`;
    const { stdout } = await execa(process.execPath, ['-e', script]);
    expect(JSON.parse(stdout)).toEqual([value, libraries]);
  });
});
