import { describe } from 'vitest';
import { sha256 } from '../kit/stated-host.ts';
import { crm, entry, testRows } from '../kit/verdict.ts';

const HASH = 'a'.repeat(64);
const OF_THE_PROGRAM = sha256('\x7fELF');

describe('`command`', () => {
  testRows([
    ['alone, as a text, is all that an entry needs', 'version: 1\nservers: { crm: /opt/acme/bin/crm }\n', 'starts'],
    ['by its absolute path', crm(), 'starts'],
    ['by a name, found on the path of programs', entry('command: env'), 'starts'],
    ['missing', entry('args: [x]'), 'policy-missing-key at 3:3', 'write `command:`'],
    ['empty', entry('command:'), 'policy-value at 4:5'],
    ['a number', entry('command: 7'), 'policy-value at 4:14', 'must be a string, not a number'],
    ['with its arguments in it', entry('command: node /srv/x.js'), 'policy-value at 4:14', 'each argument in `args`'],
    ['in the directory of the client', entry('command: ./crm'), 'policy-value at 4:14', 'write an absolute path'],
    ['in the home', entry('command: ~/bin/crm'), 'policy-value at 4:14', 'write an absolute path'],
    ['not there', entry('command: /opt/acme/bin/cmr'), 'program-missing at 4:14', 'correct the path'],
    [
      'by a name that is nowhere',
      entry('command: crm'),
      'program-missing at 4:14',
      'add its directory to `programPath`',
    ],
    ['a directory', entry('command: /opt/acme'), 'program-not-a-file at 4:14'],
    ['a file that is none to run', entry('command: /etc/passwd'), 'program-not-executable at 4:14', 'chmod +x'],
    [
      'of your account, with nothing to hold it',
      entry('command: /home/anna/bin/crm'),
      'program-not-pinned at 4:14',
      '`mcp-secure-run lock crm`, or write `sha256: ',
    ],
    ['an interpreter alone', entry('command: node'), 'interpreter-script at 4:14', 'as the first of `args`'],
    ['a package of npm', entry('command: npm:@acme/crm@1.2.3'), 'not-locked at 4:14'],
    ['a package of PyPI', entry('command: pypi:crm==1.2.3'), 'not-locked at 4:14'],
    ['an image', entry(`command: oci:acme/crm@sha256:${HASH}`), 'program-missing at 4:14'],
    ['a package by a name of one of its programs', entry('command: npm:crm@1.2.3#serve'), 'not-locked at 4:14'],
    ['a package without its version', entry('command: npm:crm'), 'package-floating at 4:14', '`crm@1.2.3`'],
    ['a package of PyPI by a range', entry('command: pypi:crm>=1'), 'package-floating at 4:14'],
    ['a package that is a directory', entry('command: npm:./crm'), 'package-spec at 4:14'],
    ['an image by its tag', entry('command: oci:acme/crm:1'), 'package-floating at 4:14', '@sha256:'],
    ['a launcher', entry('command: npx', 'args: [-y, crm@1.2.3]'), 'not-locked at 4:14', '`npm:crm@1.2.3`'],
    ['a launcher and no version', entry('command: npx', 'args: [-y, crm]'), 'package-floating at 5:16', '`crm@1.2.3`'],
    ['a launcher and a command for a shell', entry('command: npx', 'args: [-c, x]'), 'launcher-option at 5:12'],
    ['a launcher alone', entry('command: npx'), 'launcher-option at 4:14', '`npx -y name@1.2.3`'],
    ['a launcher and an alias', entry('command: npx', 'args: ["x@npm:y@1.0.0"]'), 'package-spec at 5:12'],
    ['a launcher by its path', entry('command: /usr/bin/npx', 'args: [-y, crm@1.2.3]'), 'launcher-wrapper at 4:14'],
    [
      'a launcher behind another program',
      entry('command: env', 'args: [A=1, npx]'),
      'launcher-wrapper at 4:14',
      '`pass`',
    ],
    [
      'a launcher, and what it runs left open',
      entry('command: npx', 'args: [-y, { match: "crm@.*" }]'),
      'launcher-option at 5:16',
      'slots after it',
    ],
    [
      'a launcher, and a slot in place of an option',
      entry('command: npx', 'args: [{ oneOf: ["-y"] }, crm@1.2.3]'),
      'launcher-option at 5:12',
    ],
    [
      'a launcher, and slots for the server',
      entry('command: npx', 'args: [-y, crm@1.2.3, --dir, { path: read }]', 'files: { read: [/srv/data] }'),
      'argument-missing at 5:34',
    ],
    [
      'a container with a variable that nothing grants',
      entry('command: docker', `args: [run, -i, -e, TZ, acme/crm@sha256:${HASH}]`),
      'launcher-option at 5:25',
      '`pass: [TZ]`',
    ],
    [
      'a container with one that is granted',
      entry('command: docker', `args: [run, -i, -e, TZ, acme/crm@sha256:${HASH}]`, 'pass: ["TZ?"]'),
      'program-missing at 4:14',
    ],
    [
      'a container that is shown the machine',
      entry('command: docker', `args: [run, -v, "/:/h", acme/crm@sha256:${HASH}]`),
      'launcher-option at 5:17',
      '`files:',
    ],
    [
      'Deno, and a file from elsewhere',
      entry('command: deno', 'args: [run, "https://x.example/a.ts"]'),
      'launcher-option at 5:17',
    ],
  ]);
});

describe('`args`', () => {
  testRows([
    ['absent: no arguments at all', crm(), 'starts'],
    ['each as it is written', crm('args: ["--quiet", "a b", "", "$HOME"]'), 'starts --quiet a b  $HOME'],
    ['with a word that another language takes for a truth', crm('args: [no, on, 1.0.0]'), 'starts no on 1.0.0'],
    ['a text, which nothing splits', crm('args: --quiet'), 'policy-value at 5:11', '`args: ["--quiet"]`'],
    ['a map', crm('args: { port: 80 }'), 'policy-value at 5:11', 'must be a list, not a map'],
    ['with a number', crm('args: ["--port", 8080]'), 'policy-value at 5:22', '`args[1]` cannot be a number'],
    ['with a truth', crm('args: [true]'), 'policy-value at 5:12'],
    ['with `~`, which a shell would expand', crm('args: [~/notes]'), 'policy-value at 5:12', '`{ path: read }`'],
    [
      'with a slot, and nothing given',
      crm('args: [{ path: read }]', 'files: { read: [/srv/data] }'),
      'argument-missing at 5:12',
      'run crm -- …',
    ],
    [
      'that chose the program of an interpreter',
      entry('command: node', 'args: [{ match: .* }]'),
      'argument-missing at 5:12',
    ],
    [
      'with an option for an interpreter',
      entry('command: node', 'args: [-e, x]'),
      'interpreter-option at 5:12',
      'its absolute path',
    ],
    [
      'with the program of an interpreter',
      entry('command: node', 'args: [/opt/acme/crm.js, --quiet]'),
      'starts /opt/acme/crm.js --quiet',
    ],
  ]);
});

describe('`sha256`', () => {
  testRows([
    ['of what the file is', crm(`sha256: ${OF_THE_PROGRAM}`), 'starts'],
    ['of another file', crm(`sha256: ${HASH}`), 'program-changed at 5:13', 'write this hash here'],
    [
      'in capitals',
      crm(`sha256: ${HASH.toUpperCase()}`),
      'policy-value at 5:13',
      '64 lower-case hexadecimal digits; print it with `sha256sum FILE`',
    ],
    ['too short', crm('sha256: abc'), 'policy-value at 5:13'],
    ['with its name in front', crm(`sha256: "sha256:${HASH}"`), 'policy-value at 5:13'],
    [
      'of digits alone, which is a number',
      crm(`sha256: ${'1'.repeat(64)}`),
      'policy-value at 5:13',
      'must be a string, not a number',
    ],
  ]);
});

describe('`env`', () => {
  testRows([
    ['with a fixed value', crm('env: { LOG_LEVEL: warn, EMPTY: "" }'), 'starts'],
    ['that replaces one of ours', crm('env: { LANG: de_AT.UTF-8, TZ: UTC }'), 'starts'],
    ['a list', crm('env: [LOG_LEVEL=warn]'), 'policy-value at 5:10', '`env: { LOG_LEVEL: "warn" }`'],
    ['with a number', crm('env: { PORT: 8080 }'), 'policy-value at 5:18', '`env.PORT` must be a string, not a number'],
    [
      'with a name that is none',
      crm('env: { LOG-LEVEL: warn }'),
      'policy-value at 5:12',
      'must be the name of a variable',
    ],
    [
      'with what loads code',
      crm('env: { NODE_OPTIONS: "-r /x.js" }'),
      'env-loader at 5:12',
      '`unsafe: [loader-variables]`',
    ],
    ['with what is ours', crm('env: { PATH: /srv/bin }'), 'env-reserved at 5:12'],
    ['with a function of a shell', crm('env: { A: "() { :; }" }'), 'env-value at 5:12'],
  ]);
});

describe('`pass`', () => {
  testRows([
    ['what the client has', crm('pass: [TZ, ACME_REGION]'), 'starts'],
    ['what it may lack', crm('pass: ["ACME_TOKEN?"]'), 'starts'],
    ['what it lacks', crm('pass: [TZ, ACME_TOKEN]'), 'env-missing at 5:16', 'write `ACME_TOKEN?`'],
    ['a value that fits', crm('pass: [{ ACME_REGION: { match: "eu-[0-9]" } }]'), 'starts'],
    ['a value that does not', crm('pass: [{ ACME_REGION: { oneOf: [us-1, us-2] } }]'), 'env-refused at 5:14'],
    ['what loads code, though the client has it', crm('pass: [LD_PRELOAD]'), 'env-loader at 5:12'],
    ['what `env` gives too', crm('env: { TZ: UTC }', 'pass: [TZ]'), 'env-twice at 6:12', 'keep one'],
    ['a map', crm('pass: { TZ: UTC }'), 'policy-value at 5:11', '`pass: [TZ, "REGION?"]`'],
    ['a name alone', crm('pass: TZ'), 'policy-value at 5:11'],
    ['a name that is none', crm('pass: ["ACME-REGION"]'), 'policy-value at 5:12', 'the name of a variable'],
    ['a value in place of a matcher', crm('pass: [{ TZ: UTC }]'), 'policy-value at 5:18', 'must be a map'],
  ]);
});

describe('`cwd`', () => {
  testRows([
    ['a directory of its own', crm('cwd: private'), 'starts'],
    ['a path that is granted', crm('cwd: /srv/data', 'files: { read: [/srv/data] }'), 'starts'],
    ['a path that is not', crm('cwd: /srv/data'), 'cwd-not-granted at 5:10', '`files.read`'],
    ['a path that is not there', crm('cwd: /srv/date'), 'cwd-missing at 5:10', 'create it'],
    ['the project, where there is none', crm('cwd: project'), 'cwd-missing at 5:10', 'inside a repository'],
    ['a relative path', crm('cwd: data'), 'policy-value at 5:10', 'must be an absolute path'],
    ['a way up', crm('cwd: /srv/../etc'), 'policy-value at 5:10'],
    ['a list', crm('cwd: [/srv/data]'), 'policy-value at 5:10'],
  ]);
});

describe('`files`', () => {
  testRows([
    ['to read and to write', crm('files: { read: [~/notes], write: [/srv/data] }'), 'starts'],
    ['nothing', crm('files: {}'), 'starts'],
    ['hidden', crm('files: { read: [/srv/data], hide: ["**/*.pem"] }'), 'starts'],
    ['all hidden', crm('files: { read: [/srv/data], hide: ["*"] }'), 'grant-protected at 5:21', 'hidden by `*`'],
    ['hidden in braces', crm('files: { hide: ["*.{pem,key}"] }'), 'policy-value at 5:21', 'one pattern for each'],
    ['what is not there', crm('files: { read: [/srv/date] }'), 'grant-missing at 5:21', 'create it'],
    ['the home', crm('files: { read: ["~"] }'), 'grant-too-wide at 5:21', 'grant the directories below it'],
    [
      'the home, by what YAML takes for nothing',
      crm('files: { read: [~] }'),
      'policy-value at 5:21',
      'a string, not empty',
    ],
    ['everything', crm('files: { write: [/] }'), 'grant-too-wide at 5:22'],
    ['our own directories', crm('files: { read: [~/.config] }'), 'grant-too-wide at 5:21'],
    ['the settings of the machine', crm('files: { read: [/etc] }'), 'grant-too-wide at 5:21'],
    ['a list', crm('files: [~/notes]'), 'policy-value at 5:12', 'must be a map, not a list'],
    [
      'one path without a list',
      crm('files: { read: ~/notes }'),
      'policy-value at 5:20',
      'must be a list, not a string',
    ],
    ['of another home', crm('files: { read: [~bob/notes] }'), 'policy-value at 5:21', 'start with `~/`'],
    ['with a variable of a shell', crm('files: { read: ["$HOME/notes"] }'), 'policy-value at 5:21'],
    ['with a slash at its end', crm('files: { read: [/srv/data/] }'), 'policy-value at 5:21', 'trailing slashes'],
  ]);
});
