import { describe } from 'vitest';
import { testRows } from '../kit/verdict.ts';

/** `defaults` on line 2, and `crm` on line 4 with its keys in braces. */
const policy = (defaults: string, keys = ''): string =>
  `version: 1\ndefaults: { ${defaults} }\nservers:\n  crm: { command: /opt/acme/bin/crm${keys && `, ${keys}`} }\n`;

describe('`defaults` gives to every server', () => {
  testRows([
    ['a variable', policy('env: { LOG_LEVEL: warn }'), 'starts'],
    [
      'a variable that loads code, refused where it is written',
      policy('env: { NODE_OPTIONS: x }'),
      'env-loader at 2:20',
    ],
    ['a variable of the client’s', policy('pass: [ACME_TOKEN]'), 'env-missing at 2:20', '`crm` needs it'],
    ['a path, refused where it is written', policy('files: { read: [/srv/date] }'), 'grant-missing at 2:29'],
    ['a working directory', policy('cwd: /srv/data'), 'cwd-not-granted at 2:18'],
    ['hosts', policy('network: any'), 'starts'],
    ['limits', policy('limits: { calls: 60/min }'), 'not-enforced-yet at 2:23'],
    ['what is hidden', policy('files: { read: [/srv/data], hide: [data] }'), 'grant-protected at 2:29'],
  ]);
});

describe('a key of the server’s own takes the place of it', () => {
  testRows([
    ['`pass`', policy('pass: [ACME_TOKEN]', 'pass: [TZ]'), 'starts'],
    ['`network`', policy('network: any', 'network: none'), 'starts'],
    ['`cwd`', policy('cwd: /srv/data', 'cwd: private'), 'starts'],
    [
      '`files.read`, and its place is told',
      policy('files: { read: [/srv/data] }', 'files: { read: [/srv/x] }'),
      'grant-missing at 4:54',
    ],
    [
      '`files.read`, and `files.write` stays',
      policy('files: { write: [/srv/x] }', 'files: { read: [/srv/data] }'),
      'grant-missing at 2:30',
    ],
    ['`limits`, as a whole', policy('limits: { calls: 60/min }', 'limits: { memory: 1GiB }'), 'starts'],
    ['`env`, as a whole', policy('env: { PATH: /x }', 'env: { LOG_LEVEL: warn }'), 'starts'],
    [
      '`files.hide` unites with it',
      policy('files: { hide: [data] }', 'files: { read: [/srv/data], hide: [b] }'),
      'grant-protected at 4:54',
    ],
  ]);
});

describe('what a server gives up makes of it nothing', () => {
  testRows([
    ['`files` with `no-sandbox`', policy('files: { read: [/srv/x] }', 'unsafe: [no-sandbox]'), 'starts'],
    [
      '`limits.memory` with `no-sandbox`',
      policy('limits: { memory: 1GiB, idle: 1h }', 'unsafe: [no-sandbox]'),
      'starts',
    ],
    ['`network` with `host-network`', policy('network: any', 'unsafe: [host-network]'), 'starts'],
    ['`tools` with `no-guard`', policy('tools: { "*": allow }', 'unsafe: [no-guard]'), 'starts'],
    ['and nothing else', policy('tools: { "*": allow }', 'unsafe: [no-sandbox]'), 'not-enforced-yet at 2:13'],
  ]);
});

describe('`defaults` has no', () => {
  testRows([
    ['`command`', policy('command: node'), 'policy-unknown-key at 2:13', 'known here: env, pass,'],
    ['`args`', policy('args: [x]'), 'policy-unknown-key at 2:13'],
    [
      '`unsafe`: what is given up is given up for one server',
      policy('unsafe: [no-sandbox]'),
      'policy-unknown-key at 2:13',
    ],
    ['`secrets`', policy('secrets: { TOKEN: "keyring:crm" }'), 'policy-unknown-key at 2:13'],
    ['`sha256`', policy('sha256: abc'), 'policy-unknown-key at 2:13'],
    ['`netwrk`', policy('netwrk: none'), 'policy-unknown-key at 2:13', 'did you mean `network`?'],
    ['wrong value', policy('network: some'), 'policy-value at 2:22'],
  ]);
});
