import { expect, test } from 'vitest';
import { sessionBus } from '../../../src/secrets/session-bus.ts';
import { ANNAS, BOBS, directory, socket, statedHost, type Tree } from '../../kit/stated-host.ts';

const LOGIN: Tree = { '/run/user/1000': directory({ ...ANNAS, mode: 0o700 }), '/run/user/1000/bus': socket(ANNAS) };
const OTHER: Tree = { '/tmp/dbus-x': socket(ANNAS), '/tmp/bobs': socket(BOBS), '/tmp': directory({ mode: 0o1777 }) };
const OPEN: Tree = { '/srv/open': directory({ ...ANNAS, mode: 0o777 }), '/srv/open/bus': socket(ANNAS) };
const OF_LOGIN = 'unix:path=/run/user/1000/bus';

test.each<[string, string | undefined, Tree, string | undefined]>([
  ['the client’s', 'unix:path=/tmp/dbus-x', { ...LOGIN, ...OTHER }, 'unix:path=/tmp/dbus-x'],
  ['the client’s, which says its number', 'unix:path=/tmp/dbus-x,guid=0f', OTHER, 'unix:path=/tmp/dbus-x'],
  ['the login session’s, where the client says none', undefined, LOGIN, OF_LOGIN],
  ['the login session’s, where the client’s is gone', 'unix:path=/tmp/none', LOGIN, OF_LOGIN],
  ['no program', 'unixexec:path=/tmp/evil', LOGIN, OF_LOGIN],
  ['no program after another', 'unix:path=/tmp/none;unixexec:path=/tmp/evil', LOGIN, OF_LOGIN],
  ['no other machine', 'tcp:host=evil.example,port=1', LOGIN, OF_LOGIN],
  ['no name that anyone may take', 'unix:abstract=/tmp/dbus-x', LOGIN, OF_LOGIN],
  ['no socket of another account’s', 'unix:path=/tmp/bobs', { ...LOGIN, ...OTHER }, OF_LOGIN],
  ['no socket where others may put theirs', 'unix:path=/srv/open/bus', { ...LOGIN, ...OPEN }, OF_LOGIN],
  ['none, where there is none', undefined, {}, undefined],
  [
    'none, where the session is another account’s',
    undefined,
    { ...LOGIN, '/run/user/1000': directory(BOBS) },
    undefined,
  ],
])('%s', (_title, address, tree, expected) => {
  const variables = address === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: address };
  expect(sessionBus(statedHost({ tree, variables }))).toBe(expected);
});
