import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../../../src/mask/secret.ts';

const VALUE = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
const secret = new Secret('TOKEN', VALUE);

test('a secret gives its value to who asks for it', () => {
  expect([secret.name, secret.reveal()]).toEqual(['TOKEN', VALUE]);
});

test.each<[string, () => unknown, unknown]>([
  ['String', () => String(secret), '[secret TOKEN]'],
  ['a sum', () => ['it is', secret].join(' '), 'it is [secret TOKEN]'],
  ['JSON.stringify', () => JSON.stringify({ secret }), '{"secret":"[secret TOKEN]"}'],
  ['util.inspect', () => inspect({ secret }), '{ secret: [secret TOKEN] }'],
  ['util.inspect of all', () => inspect({ secret }, { showHidden: true, depth: 9 }), '{ secret: [secret TOKEN] }'],
  ['util.inspect by no rule of ours', () => inspect(secret, { customInspect: false }), "Secret { name: 'TOKEN' }"],
  [
    'console.log',
    () => format('%s %o %j %O', secret, secret, secret, secret),
    '[secret TOKEN] [secret TOKEN] "[secret TOKEN]" [secret TOKEN]',
  ],
  ['Object.entries', () => Object.entries(secret), [['name', 'TOKEN']]],
  ['Object.values', () => Object.values(secret), ['TOKEN']],
  ['a copy', () => Object.assign({}, secret), { name: 'TOKEN' }],
  ['structuredClone', () => structuredClone(secret), { name: 'TOKEN' }],
  ['own names', () => Reflect.ownKeys(secret), ['name']],
  ['an error', () => inspect(new Error(`bad: ${String(secret)}`, { cause: secret })).includes(VALUE), false],
])('it shows its mask to %s', (_title, show, expected) => {
  expect(show()).toEqual(expected);
});
