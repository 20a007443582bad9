import { expect, test } from 'vitest';
import { decide, told, withServer } from '../../kit/decide.ts';
import { ANNA, ROOT, statedHost } from '../../kit/stated-host.ts';

test.each([
  ['anna', '', 'anna 1000:1000, as started'],
  ['anna', 'runAs: mcp', 'anna 1000:1000, as started'],
  ['root', '', 'nobody 65534:65534, changed to'],
  ['root', 'runAs: mcp', 'mcp 990:990, changed to'],
  ['root', 'runAs: root', 'refused: run-as'],
  ['root', 'runAs: toor', 'refused: run-as'], // another name, the same rights
  ['root', 'runAs: wheelie', 'refused: run-as'], // root's group
  ['root', 'runAs: missing', 'refused: run-as'],
])('started by %s with `%s`, a server runs as %s', (starter, top, expected) => {
  const host = statedHost({ facts: { account: starter === 'root' ? ROOT : ANNA } });
  const policy = withServer('/opt/acme/bin/crm', ...(top === '' ? [] : [top]));
  const outcome = told(decide(policy, 'crm', host), ({ account: { name, uid, gid, changes } }) => {
    return `${name} ${uid}:${gid}, ${changes ? 'changed to' : 'as started'}`;
  });
  expect(outcome).toBe(expected);
});

test('what root starts is never root’s where nothing confines it either', () => {
  const host = statedHost({ facts: { account: ROOT } });
  const plan = decide(withServer('{ command: /opt/acme/bin/crm, unsafe: [no-sandbox] }'), 'crm', host);
  expect(told(plan, ({ account }) => account.name)).toBe('nobody');
});
