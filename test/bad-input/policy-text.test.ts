import { describe, expect, test } from 'vitest';
import { testTraps } from '../kit/trap-rows.ts';
import { entry, Trap } from '../kit/trap.ts';

test('a policy without a fault starts its server, or this file proves nothing', async () => {
  const { is } = await new Trap(entry('    pass: ["NOT_THERE?"]', '    env: { A: "1" }')).outcome();
  expect(is).toBe('started, 0');
});

describe('closed by default: a policy with a key', () => {
  testTraps([
    ['that is misspelt', entry('    comand: touch'), '2 policy-unknown-key at 7:5', 'did you mean `command`?'],
    [
      'that is misspelt at the top',
      entry('programpath: []'),
      '2 policy-unknown-key at 7:1',
      'did you mean `programPath`?',
    ],
    [
      'that is nothing like any other',
      entry('    zzzzzzzz: 1'),
      '2 policy-unknown-key at 7:5',
      'known here: command, args,',
    ],
    [
      'of `files` that is misspelt',
      'version: 1\nservers:\n  trap:\n    command: touch\n    files:\n      raed: [/OPEN]\n',
      '2 policy-unknown-key at 6:7',
      'did you mean `read`?',
    ],
    ['that belongs to the top, in a server', entry('    runAs: nobody'), '2 policy-unknown-key at 7:5'],
    ['that is there twice', entry('    command: touch'), '2 policy-syntax at 7:5', 'each key once'],
    ['of a server that is there twice', entry('  trap: touch'), '2 policy-syntax at 7:3', 'each key once'],
    ['that is the merge key', entry('    <<: { command: sh }'), '2 policy-syntax at 7:5', '`<<` cannot be a key'],
    [
      'that is __proto__',
      entry('    __proto__: { command: sh }'),
      '2 policy-syntax at 7:5',
      '`__proto__` cannot be a key',
    ],
    ['that is __proto__, at the top', entry('__proto__: {}'), '2 policy-syntax at 7:1', '`__proto__` cannot be a key'],
    ['that is "__proto__", among the variables', entry('    env: { "__proto__": x }'), '2 policy-syntax at 7:12'],
    ['that is constructor', entry('    constructor: 1'), '2 policy-syntax at 7:5', '`constructor` cannot be a key'],
    ['that is prototype', entry('  prototype: touch'), '2 policy-syntax at 7:3', '`prototype` cannot be a key'],
    ['that is a number', entry('    7: 1'), '2 policy-unknown-key at 7:5'],
    ['that is a list', entry('    ? [a]', '    : 1'), '2 policy-syntax at 7:7'],
    ['that is empty', entry('    "": 1'), '2 policy-unknown-key at 7:5'],
  ]);
});

describe('closed by default: a policy that YAML would let grow, or be read in two ways', () => {
  testTraps([
    ['has an anchor', entry('    pass: &a ["A?"]'), '2 policy-syntax at 7:14', 'no anchors'],
    [
      'has an alias',
      entry('    pass: &a ["A?"]', '    env: *a'),
      '2 policy-syntax, policy-syntax at 7:14, 8:10',
      'no anchors',
    ],
    ['has an alias to nothing', entry('    env: *a'), '2 policy-syntax at 7:10'],
    ['has a tag of its own', entry('    env: !env { A: "1" }'), '2 policy-syntax at 7:10'],
    ['has bytes for a text', entry('    env: { A: !!binary aGk= }'), '2 policy-value at 7:24'],
    ['has a date for a text', entry('    env: { A: !!timestamp 2026-08-31 }'), '2 policy-value at 7:27'],
    ['has a second document', `${entry()}---\nversion: 1\n`, '2 policy-syntax at 7:1'],
    ['is indented by tabs', entry('\tpass: []'), '2 policy-syntax at 7:1'],
    ['is not closed', entry('    env: {'), '2 policy-syntax at 8:1'],
    ['has a directive that nobody knows', `%FOO bar\n---\n${entry()}`, '2 policy-syntax at 1:1'],
  ]);

  test('nests deeper than anyone writes: it is refused in one finding, and in no more than a screen', async () => {
    const { is, stderr } = await new Trap(`version: 1\nservers: ${'['.repeat(100_000)}`).outcome();
    expect(is).toMatch(/^2 policy-syntax at 2:\d+$/);
    expect(stderr.length).toBeLessThan(5000);
  });
});

describe('closed by default: a policy that lacks', () => {
  testTraps([
    ['everything', '', '2 policy-value at 1:1'],
    ['everything but a comment', '# later\n', '2 policy-value at 1:1'],
    ['its version', 'servers:\n  trap: touch\n', '2 policy-missing-key at 1:1', 'write `version: 1` at the top'],
    ['its servers', 'version: 1\n', '2 policy-missing-key at 1:1', 'write `servers:`'],
    ['a command', 'version: 1\nservers:\n  trap:\n    args: []\n', '2 policy-missing-key at 3:3', 'write `command:`'],
    ['a map', '- version: 1\n', '2 policy-value at 1:1'],
  ]);
});

describe('closed by default: a policy in which', () => {
  testTraps([
    ['the version is a later one', entry().replace('1', '2'), '2 policy-value at 1:10', 'write `version: 1`'],
    ['the version is a string', entry().replace('1', '"1"'), '2 policy-value at 1:10'],
    ['the servers are a list', 'version: 1\nservers:\n  - command: touch\n', '2 policy-value at 3:3'],
    ['a server is empty', entry('  other:'), '2 policy-value at 7:3'],
    ['a server is a list', entry('  other: [touch]'), '2 policy-value at 7:10'],
    ['a server is a number', entry('  other: 7'), '2 policy-value at 7:10'],
    [
      '`args` is a string',
      entry('  other: { command: touch, args: -x }'),
      '2 policy-value at 7:34',
      'a list of strings',
    ],
    ['an argument is a number', entry('  other: { command: touch, args: [8080] }'), '2 policy-value at 7:35'],
    ['an argument is empty', entry('  other:', '    command: touch', '    args:', '      -'), '2 policy-value at 10:8'],
    ['`env` is a list', entry('    env: [A=1]'), '2 policy-value at 7:10', 'names and strings'],
    ['a variable is a number', entry('    env: { PORT: 8080 }'), '2 policy-value at 7:18'],
    ['a variable is true', entry('    env: { DEBUG: true }'), '2 policy-value at 7:19'],
    ['a variable has no value', entry('    env: { DEBUG: }'), '2 policy-value at 7:12'],
    ['a variable has a name with `=`', entry('    env: { "A=B": "1" }'), '2 policy-value at 7:12'],
    ['a variable has a name with a space', entry('    env: { "A B": "1" }'), '2 policy-value at 7:12'],
    ['a variable has no name', entry('    env: { "": "1" }'), '2 policy-value at 7:12'],
    ['a variable has a NUL in it', entry('    env: { A: "b\\0c" }'), '2 policy-value at 7:15'],
    ['`pass` is a map', entry('    pass: { A: true }'), '2 policy-value at 7:11', 'a list of names'],
    ['`pass` is a string', entry('    pass: A'), '2 policy-value at 7:11', 'a list of names'],
    ['`pass` has a pattern', entry('    pass: ["AWS_*"]'), '2 policy-value at 7:12'],
    ['`pass` has an assignment', entry('    pass: [A=1]'), '2 policy-value at 7:12'],
    ['`unsafe` is a word', entry('    unsafe: no-sandbox'), '2 policy-value at 7:13'],
    ['`unsafe` is true', entry('    unsafe: true'), '2 policy-value at 7:13'],
    [
      '`unsafe` has a misspelt word',
      entry('    unsafe: [nosandbox]'),
      '2 policy-value at 7:14',
      'did you mean `no-sandbox`?',
    ],
    [
      '`unsafe` has a word of its own',
      entry('    unsafe: [everything]'),
      '2 policy-value at 7:14',
      'one of no-sandbox,',
    ],
    ['`sha256` is short', entry('    sha256: abc'), '2 policy-value at 7:13', 'sha256sum FILE'],
    ['`sha256` is in capitals', entry(`    sha256: ${'A'.repeat(64)}`), '2 policy-value at 7:13'],
    ['`cwd` is relative', entry('    cwd: src'), '2 policy-value at 7:10'],
    ['`cwd` goes up', entry('    cwd: /srv/../etc'), '2 policy-value at 7:10'],
    ['`network` is a word of its own', entry('    network: all'), '2 policy-value at 7:14'],
    ['`files` is a list', entry('  other: { command: touch, files: [/srv] }'), '2 policy-value at 7:35'],
    ['`files.read` is a string', entry('  other: { command: touch, files: { read: /srv } }'), '2 policy-value at 7:43'],
    ['a grant is relative', entry('  other: { command: touch, files: { read: [srv] } }'), '2 policy-value at 7:44'],
    ['a grant goes up', entry('  other: { command: touch, files: { read: [~/../x] } }'), '2 policy-value at 7:44'],
    [
      'a grant is in another’s home',
      entry('  other: { command: touch, files: { read: [~root] } }'),
      '2 policy-value at 7:44',
    ],
    ['a directory of programs is relative', entry('programPath: [bin]'), '2 policy-value at 7:15'],
    ['a directory of programs is empty', entry('programPath: [""]'), '2 policy-value at 7:15'],
    ['the account is a number', entry('runAs: 1000'), '2 policy-value at 7:8'],
    ['the account is a path', entry('runAs: ../x'), '2 policy-value at 7:8'],
  ]);
});

describe('closed by default: a server whose id', () => {
  testTraps([
    ['goes up', entry('  ../x: touch'), '2 policy-value at 7:3', '`../x` must be 1 to 64 of'],
    ['has a capital', entry('  A: touch'), '2 policy-value at 7:3'],
    ['has a slash', entry('  a/b: touch'), '2 policy-value at 7:3'],
    ['has a space', entry('  a b: touch'), '2 policy-value at 7:3'],
    ['starts with a dot', entry('  .a: touch'), '2 policy-value at 7:3'],
    ['starts with a dash', entry('  -a: touch'), '2 policy-value at 7:3'],
    ['is empty', entry('  "": touch'), '2 policy-value at 7:3'],
    ['has 65 characters', entry(`  ${'a'.repeat(65)}: touch`), '2 policy-value at 7:3'],
    ['has a letter that only looks like one of ours', entry('  gіthub: touch'), '2 policy-value at 7:3'],
    ['ends in a newline', entry('  "a\\n": touch'), '2 policy-value at 7:3', '`a\\u{a}`'],
  ]);

  test('has 64 characters is none of these', async () => {
    const { is } = await new Trap(entry(`  ${'a'.repeat(64)}: touch`)).outcome();
    expect(is).toBe('started, 0');
  });
});

describe('no secret outside the server: a finding', () => {
  // Each of these is wrong somewhere else than at the value, so that there is no reason to show it.
  test.each([
    ['about a misspelt word of `unsafe`', '    unsafe: [nosandbox]'],
    ['about a key that nobody knows', '    comand: touch'],
    ['about an argument of a wrong type', '    pass: [7]'],
  ])('%s does not tell the values of variables', async (_title, fault) => {
    const { is, stderr } = await new Trap(entry(fault, '    env:', '      TOKEN: canary-value')).outcome();
    expect(is).toMatch(/^2 policy-/);
    expect(stderr).not.toContain('canary-value');
  });
});
