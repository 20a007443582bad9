import { describe } from 'vitest';
import { crm, testRows, type Row } from '../kit/verdict.ts';

const state = (path: string): string => crm(`state: [${JSON.stringify(path)}]`);
const starts = (path: string): Row => [path, state(path), 'starts'];

describe('a directory of `state` may be', () => {
  testRows(
    [
      'data',
      'data/deep/down',
      '.cache/crm',
      '.local/share/crm',
      '.config/crm',
      'Library',
      'with blanks',
      '...',
      '.bashrc.d',
    ].map(starts),
  );
});

const IS_LOADED = 'a place that programs load code or settings from';

describe('it may not be what a program loads by itself:', () => {
  testRows(
    [
      '.bashrc',
      '.profile',
      '.zshenv',
      '.npmrc',
      'node_modules',
      'node_modules/crm',
      '.local/lib/python3.11',
      '.local/bin',
    ]
      .concat([
        'bin',
        '.ssh',
        '.gitconfig',
        '.config/git/hooks',
        '.netrc',
        '.vimrc',
        '.cargo/bin',
        '.config/systemd/user',
      ])
      .map((path): Row => [path, state(path), 'policy-value at 5:13', IS_LOADED]),
  );
});

describe('nor what contains such a place:', () => {
  testRows(
    ['.config', '.local', '.local/share', '.cache'].map((path): Row => [
      path,
      state(path),
      'policy-value at 5:13',
      IS_LOADED,
    ]),
  );
});

const IS_BELOW = 'must be a path below the server’s home';

describe('nor anything but a path below its home:', () => {
  testRows([
    ['an absolute path', state('/srv/data'), 'policy-value at 5:13', IS_BELOW],
    ['the home itself', state('.'), 'policy-value at 5:13', IS_BELOW],
    ['nothing', state(''), 'policy-value at 5:13', IS_BELOW],
    ['the way up', state('..'), 'policy-value at 5:13', IS_BELOW],
    ['the way up, further down', state('data/../../etc'), 'policy-value at 5:13', IS_BELOW],
    ['a slash at its end', state('data/'), 'policy-value at 5:13', IS_BELOW],
    ['two slashes', state('data//deep'), 'policy-value at 5:13', IS_BELOW],
    ['the working directory', state('work'), 'policy-value at 5:13', 'which is always fresh'],
    ['what lies in the working directory', state('work/out'), 'policy-value at 5:13', 'which is always fresh'],
    ['one path without a list', crm('state: data'), 'policy-value at 5:12', 'must be a list, not a string'],
    ['a number', crm('state: [1]'), 'policy-value at 5:13'],
  ]);
});
