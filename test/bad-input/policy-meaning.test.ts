import { describe, expect, test } from 'vitest';
import { testTraps, type TrapRow } from '../kit/trap-rows.ts';
import { entry, Trap } from '../kit/trap.ts';

const commanded = (command: string): string => entry().replace('command: touch', `command: ${command}`);

describe('argv from end to end: a command', () => {
  testTraps([
    ['that is relative', commanded('bin/touch'), '2 policy-value at 4:14', 'write an absolute path, or a bare name'],
    ['that is in the client’s directory', commanded('./touch'), '2 policy-value at 4:14'],
    ['that is above it', commanded('../touch'), '2 policy-value at 4:14'],
    [
      'that has its arguments in it',
      commanded('touch /OPEN/touched'),
      '2 policy-value at 4:14',
      'nothing splits this text',
    ],
    [
      'that is for a shell',
      commanded('"touch /OPEN/touched; true"'),
      '2 policy-value at 4:14',
      'nothing splits this text',
    ],
    ['that has a variable in it', commanded('$HOME/bin/touch'), '2 policy-value at 4:14'],
    ['that is in the home', commanded('~/bin/touch'), '2 policy-value at 4:14'],
    ['that goes up on its way', commanded('/usr/bin/../bin/touch'), '2 policy-value at 4:14'],
    ['that has two slashes', commanded('/usr//bin/touch'), '2 policy-value at 4:14'],
    ['that is a directory by its name', commanded('/usr/bin/'), '2 policy-value at 4:14'],
    ['that is empty', commanded('""'), '2 policy-value at 4:14'],
    ['that is missing', commanded(''), '2 policy-value at 4:5'],
    ['that is a list', commanded('[touch]'), '2 policy-value at 4:14'],
    ['that has a NUL in it', commanded('"touch\\0"'), '2 policy-value at 4:14'],
    ['that only looks like a name that we know', commanded('nоde'), '2 policy-value at 4:14'],
    ['that is an option', commanded('-touch'), '2 policy-value at 4:14'],
    [
      'whose argument counts on a shell for `~`',
      entry().replace('[/OPEN/', '[~/x, /OPEN/'),
      '2 policy-value at 5:12',
      'taken literally',
    ],
    ['whose argument is `~` alone', entry().replace('[/OPEN/', '[~, /OPEN/'), '2 policy-value at 5:12'],
  ]);
});

describe('closed by default: two keys of which one makes the other mean nothing', () => {
  testTraps([
    ['`files` with `no-sandbox`', entry('    unsafe: [no-sandbox]'), '2 policy-meaningless at 6:5', 'remove `files`'],
    [
      '`network` with `no-sandbox`',
      entry('    unsafe: [no-sandbox]', '    network: none').replace(/\n {4}files.*/, ''),
      '2 policy-meaningless at 7:5',
    ],
    [
      '`state` with `no-sandbox`',
      entry('    unsafe: [no-sandbox]', '    state: [x]').replace(/\n {4}files.*/, ''),
      '2 policy-meaningless at 7:5',
    ],
    [
      '`network` with `host-network`',
      entry('    unsafe: [host-network]', '    network: none'),
      '2 policy-meaningless at 8:5',
    ],
    ['`tools` with `no-guard`', entry('    unsafe: [no-guard]', '    tools: {}'), '2 policy-meaningless at 8:5'],
    ['`prompts` with `no-guard`', entry('    unsafe: [no-guard]', '    prompts: {}'), '2 policy-meaningless at 8:5'],
    [
      '`resources` with `no-guard`',
      entry('    unsafe: [no-guard]', '    resources: {}'),
      '2 policy-meaningless at 8:5',
    ],
    ['`client` with `no-guard`', entry('    unsafe: [no-guard]', '    client: {}'), '2 policy-meaningless at 8:5'],
  ]);
});

describe('closed by default: what the contract knows and nothing enforces yet is refused, not passed over', () => {
  testTraps([
    ...['audit'].map((key): TrapRow => [
      `\`${key}\``,
      entry(`${key}: {}`),
      '125 not-enforced-yet at 7:1',
      `\`${key}\` is not enforced`,
    ]),
    ...['tools', 'prompts', 'resources', 'client'].map((key): TrapRow => [
      `\`${key}\``,
      entry(`    ${key}: {}`),
      '125 not-enforced-yet at 7:5',
      `\`${key}\` is not enforced`,
    ]),
    [
      'a limit of messages',
      entry('    limits: { memory: 1GiB, calls: 60/min }'),
      '125 not-enforced-yet at 7:29',
      '`limits.calls` is',
    ],
    ['what `defaults` give', entry('defaults: { tools: {} }'), '125 not-enforced-yet at 7:13'],
    ['`audit: none`', entry('audit: none'), '125 not-enforced-yet at 7:1'],
  ]);

  test('of another server, it stops that one alone', async () => {
    const trap = new Trap(entry('  other: { command: touch, tools: {} }'));
    expect((await trap.outcome(['run', 'other'])).is).toBe('125 not-enforced-yet at 7:28');
    expect((await trap.outcome()).is).toBe('started, 0');
  });
});
