import { expect, describe, test } from 'vitest';
import { probeTrial } from '../../../src/confine/probe-trial.ts';
import { refusal } from '../../../src/finding/finding.ts';
import { directory, node, outcome, together, type Expected, type Facts } from '../../kit/stated-machine.ts';

describe('what is ours: what is not as it should be, and what to type', () => {
  test.each<[title: string, facts: Facts, expected: Expected]>([
    ['cgroups of version 1', { cgroups: { version: 1, delegated: [], scope: false } }, []],
    ['Node.js 20', node('20.20.2'), [['limited Node.js version', 'https://nodejs.org/en/download']]],
    ['a Node.js that is too old', node('20.18.3'), [['fails Node.js version', 'https://nodejs.org/en/download']]],
    [
      'a Node.js of nvm',
      node('22.23.3', '/home/anna/.nvm/versions/node/v22.23.3/bin/node'),
      [
        [
          'limited Node.js file',
          '`"command": "/home/anna/.nvm/versions/node/v22.23.3/bin/node", "args": ["/opt/msr/bin/mcp-secure-run.js", "run", "SERVER"]`',
        ],
      ],
    ],
    [
      'an old Node.js of Volta',
      node('20.19.0', '/home/anna/.volta/tools/image/node/20.19.0/bin/node'),
      [
        ['limited Node.js version', '`volta install node@24`'],
        ['limited Node.js file', '"command"'],
      ],
    ],
    [
      'a Node.js that others may change',
      node('24.21.0', '/srv/node/bin/node', '/srv/node'),
      [['limited Node.js file', '`sudo chmod go-w /srv/node`']],
    ],
    [
      'variables that bring code along',
      { variables: ['LD_PRELOAD', 'NODE_OPTIONS'] },
      [['limited environment', '`env -u NODE_OPTIONS -u LD_PRELOAD COMMAND`']],
    ],
    [
      'a company’s certificates on Node.js 20',
      together(node('20.20.2'), { variables: ['NODE_EXTRA_CA_CERTS'] }),
      [['limited Node.js version'], ['limited environment', 'unset it where the client starts']],
    ],
    ['a company’s certificates on Node.js 24', { variables: ['NODE_EXTRA_CA_CERTS'] }, []],
    [
      'a config directory in another’s hands',
      { directories: [directory('config', { changeable: { path: '/home', fault: 'owner' } })] },
      [['fails config directory', '`sudo chown "$(id -un)" /home`']],
    ],
    [
      'a config directory that others may write',
      { directories: [directory('config', { changeable: { path: '/home/anna/.config', fault: 'writable' } })] },
      [['fails config directory', '`chmod go-w /home/anna/.config`']],
    ],
    [
      'a state directory that others may write',
      { directories: [directory('state', { changeable: { path: '/home/anna/.state', fault: 'writable' } })] },
      [['limited state directory', '`chmod go-w /home/anna/.state`']],
    ],
    [
      'a state directory that cannot be made',
      { directories: [directory('state', { isThere: false, isWritable: false })] },
      [['limited state directory', 'df /home/anna/.state`']],
    ],
    ['a config directory that is only to be read', { directories: [directory('config', { isWritable: false })] }, []],
    ['directories that are not there yet', { directories: [directory('data', { isThere: false })] }, []],
  ])('%s', (_title, facts, expected) => {
    const actual = outcome(facts);
    expect(actual.map(([what]) => what)).toEqual(expected.map(([what]) => what));
    for (const [index, [, fix = '']] of expected.entries()) expect(actual[index]?.[1]).toContain(fix);
  });
});

test('a trial that fails is told in the words of `run`', () => {
  const finding = refusal('sandbox-failed', 'bubblewrap could not build the sandbox: x', 'look');
  expect(probeTrial([finding])).toEqual([
    {
      name: 'a whole sandbox',
      verdict: 'fails',
      found: 'bubblewrap could not build the sandbox: x',
      fix: 'look',
      ident: 'sandbox-failed',
    },
  ]);
  expect(probeTrial([])).toMatchObject([{ verdict: 'ok' }]);
});
