import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propose, type Change } from '../../../src/policy-text/propose.ts';
import { readSource } from '../../../src/policy-text/source.ts';

const SERVER = 'crm';

/** A change as it is typed: `--host api.example.com`. */
function typed(flag: string): Change {
  const [, kind, value = ''] = /^--(\w+) (.*)$/s.exec(flag) ?? [];
  if (kind === 'host') return { kind, host: value };
  if (kind === 'read' || kind === 'write') return { kind, path: value };
  if (kind === 'secret') {
    const [name = '', ...reference] = value.split('=');
    return { kind, name, reference: reference.join('=') };
  }
  return kind === 'tool' ? { kind, tool: value } : { kind: 'env', name: value };
}

/** The new text; or what is said of the old one. */
function outcome(text: string, flag: string): string {
  const decision = propose('p.yaml', text, SERVER, typed(flag));
  if (!decision.allowed) {
    return decision.findings.map(({ ident, place }) => `${ident} at ${place?.line}:${place?.column}`).join('\n');
  }
  if (decision.granted.already) expect(decision.granted.text).toBe(text);
  return decision.granted.already ? 'already' : decision.granted.text;
}

type Row = [title: string, flag: string, before: string, after: string];

describe('a list that is there has one more item', () => {
  test.each<Row>([
    [
      'with dashes',
      '--host b.com',
      'servers:\n  crm:\n    command: x\n    network:\n      - a.com\n',
      'servers:\n  crm:\n    command: x\n    network:\n      - a.com\n      - b.com\n',
    ],
    [
      'with dashes below the key itself',
      '--host b.com',
      'servers:\n  crm:\n    network:\n    - a.com\n    command: x\n',
      'servers:\n  crm:\n    network:\n    - a.com\n    - b.com\n    command: x\n',
    ],
    [
      'with blanks behind the dash',
      '--env TZ',
      'servers:\n  crm:\n    pass:\n      -   A\n      -   B # last\n',
      'servers:\n  crm:\n    pass:\n      -   A\n      -   B # last\n      -   TZ\n',
    ],
    [
      'with comments behind and below its last item',
      '--host b.com',
      'servers:\n  crm:\n    network:\n      - a.com # one\n      # - old.com\n\n    # the rest\n    command: x\n',
      'servers:\n  crm:\n    network:\n      - a.com # one\n      - b.com\n      # - old.com\n\n    # the rest\n    command: x\n',
    ],
    [
      'with comments at its end that are further out',
      '--host b.com',
      'servers:\n  crm:\n    network:\n      - a.com\n  # bye\n# end\n',
      'servers:\n  crm:\n    network:\n      - a.com\n      - b.com\n  # bye\n# end\n',
    ],
    [
      'without a final newline',
      '--host b.com',
      'servers:\n  crm:\n    network:\n      - a.com',
      'servers:\n  crm:\n    network:\n      - a.com\n      - b.com',
    ],
    [
      'without a final newline, behind a comment',
      '--host b.com',
      'servers:\n  crm:\n    network:\n      - a.com # one',
      'servers:\n  crm:\n    network:\n      - a.com # one\n      - b.com',
    ],
    [
      'with CRLF',
      '--host b.com',
      'servers:\r\n  crm:\r\n    network:\r\n      - a.com\r\n    command: x\r\n',
      'servers:\r\n  crm:\r\n    network:\r\n      - a.com\r\n      - b.com\r\n    command: x\r\n',
    ],
    [
      'with CRLF and no final newline',
      '--host b.com',
      'servers:\r\n  crm:\r\n    network:\r\n      - a.com',
      'servers:\r\n  crm:\r\n    network:\r\n      - a.com\r\n      - b.com',
    ],
    [
      'in brackets',
      '--host b.com',
      'servers:\n  crm:\n    network: [a.com] # one\n',
      'servers:\n  crm:\n    network: [a.com, b.com] # one\n',
    ],
    [
      'in wide brackets',
      '--env TZ',
      'servers:\n  crm:\n    pass: [ A, B? ]\n',
      'servers:\n  crm:\n    pass: [ A, B?, TZ ]\n',
    ],
    [
      'in brackets with a comma at the end',
      '--host b.com',
      'servers:\n  crm:\n    network: [a.com, ]\n',
      'servers:\n  crm:\n    network: [a.com, b.com, ]\n',
    ],
    [
      'in brackets, quoted',
      '--host b.com',
      'servers:\n  crm:\n    network: ["a.com", "c.com"]\n',
      'servers:\n  crm:\n    network: ["a.com", "c.com", "b.com"]\n',
    ],
    [
      'in brackets, quoted in the other way',
      '--host b.com',
      "servers:\n  crm:\n    network: ['a.com']\n",
      "servers:\n  crm:\n    network: ['a.com', 'b.com']\n",
    ],
    [
      'quoted only where it must be',
      '--host b.com',
      'servers:\n  crm:\n    network: ["*.c.com", a.com]\n',
      'servers:\n  crm:\n    network: ["*.c.com", a.com, b.com]\n',
    ],
    [
      'in brackets, one item a line',
      '--host b.com',
      'servers:\n  crm:\n    network: [\n      a.com, # one\n      c.com # two\n      # three\n    ]\n',
      'servers:\n  crm:\n    network: [\n      a.com, # one\n      c.com, # two\n      b.com\n      # three\n    ]\n',
    ],
    [
      'in brackets, one item a line and a comma at the end',
      '--host b.com',
      'servers:\n  crm:\n    network: [\n      a.com, # [one],\n    ]\n',
      'servers:\n  crm:\n    network: [\n      a.com, # [one],\n      b.com,\n    ]\n',
    ],
    [
      'in brackets over lines that hold several',
      '--host b.com',
      'servers:\n  crm:\n    network: [a.com,\n      c.com, d.com\n    ]\n',
      'servers:\n  crm:\n    network: [a.com,\n      c.com, d.com, b.com\n    ]\n',
    ],
    [
      'in empty brackets',
      '--host b.com',
      'servers:\n  crm:\n    network: [] # none yet\n',
      'servers:\n  crm:\n    network: [b.com] # none yet\n',
    ],
    [
      'in brackets that hold a comment',
      '--host b.com',
      'servers:\n  crm:\n    network: [ # none yet\n      ]\n',
      'servers:\n  crm:\n    network: [b.com # none yet\n      ]\n',
    ],
    [
      'inside braces',
      '--read /srv',
      'servers:\n  crm:\n    files: { write: [~/w], read: [/opt] }\n',
      'servers:\n  crm:\n    files: { write: [~/w], read: [/opt, /srv] }\n',
    ],
  ])('%s', (_title, flag, before, after) => {
    expect(outcome(before, flag)).toBe(after);
  });
});

describe('a map that is there has one more key', () => {
  test.each<Row>([
    [
      'below the others',
      '--tool get',
      'servers:\n  crm:\n    tools:\n      "find_*": allow # all\n      # more\n    command: x\n',
      'servers:\n  crm:\n    tools:\n      "find_*": allow # all\n      get: allow\n      # more\n    command: x\n',
    ],
    [
      'below one that is a map itself',
      '--tool get',
      'servers:\n  crm:\n    tools:\n      put:\n        arguments:\n          path: { path: write }\n',
      'servers:\n  crm:\n    tools:\n      put:\n        arguments:\n          path: { path: write }\n      get: allow\n',
    ],
    [
      'in braces',
      '--tool get_*',
      'servers:\n  crm:\n    tools: { find: allow, get_secret: deny }\n',
      'servers:\n  crm:\n    tools: { find: allow, get_secret: deny, get_*: allow }\n',
    ],
    [
      'in braces over lines',
      '--tool get',
      'servers:\n  crm:\n    tools: {\n      find: allow, # one\n      put: { confirm: true } # two\n    }\n',
      'servers:\n  crm:\n    tools: {\n      find: allow, # one\n      put: { confirm: true }, # two\n      get: allow\n    }\n',
    ],
    [
      'in empty braces',
      '--tool *',
      'servers:\n  crm:\n    tools: {}\n',
      'servers:\n  crm:\n    tools: { "*": allow }\n',
    ],
    [
      'in empty braces, a list',
      '--write ~/w',
      'servers:\n  crm:\n    files: {}\n',
      'servers:\n  crm:\n    files: { write: [~/w] }\n',
    ],
    [
      'a list of the other mode',
      '--read /srv',
      'servers:\n  crm:\n    files:\n      write: [~/w]\n\n  other: y\n',
      'servers:\n  crm:\n    files:\n      write: [~/w]\n      read: [/srv]\n\n  other: y\n',
    ],
    [
      'behind a text in a block',
      '--env TZ',
      'servers:\n  crm:\n    env:\n      NOTE: |\n        hi\n\n  other: y\n',
      'servers:\n  crm:\n    env:\n      NOTE: |\n        hi\n    pass: [TZ]\n\n  other: y\n',
    ],
    [
      'behind a text that keeps its empty lines',
      '--env TZ',
      'servers:\n  crm:\n    env:\n      NOTE: |+\n        hi\n\n',
      'servers:\n  crm:\n    env:\n      NOTE: |+\n        hi\n\n    pass: [TZ]\n',
    ],
    [
      'behind a text over two lines',
      '--env TZ',
      'servers:\n  crm:\n    command: "x\n      y" # c\n',
      'servers:\n  crm:\n    command: "x\n      y" # c\n    pass: [TZ]\n',
    ],
    [
      'behind a key without a value',
      '--env TZ',
      'servers:\n  crm:\n    command: x\n    env: # none\n',
      'servers:\n  crm:\n    command: x\n    env: # none\n    pass: [TZ]\n',
    ],
    [
      'and the entry is the last of the file',
      '--host b.com',
      'servers:\n  crm:\n    command: x # c\n\n# end\n',
      'servers:\n  crm:\n    command: x # c\n    network: [b.com]\n\n# end\n',
    ],
    [
      'and the document has marks',
      '--host b.com',
      '%YAML 1.2\n--- # start\nservers:\n  crm:\n    command: x\n... # end\n',
      '%YAML 1.2\n--- # start\nservers:\n  crm:\n    command: x\n    network: [b.com]\n... # end\n',
    ],
    [
      'as far in as the rest',
      '--read /srv',
      'servers:\n    crm:\n        command: x',
      'servers:\n    crm:\n        command: x\n        files:\n            read: [/srv]',
    ],
    [
      'behind a byte order mark',
      '--read /srv',
      '\uFEFFservers:\n  crm:\n    command: x\n',
      '\uFEFFservers:\n  crm:\n    command: x\n    files:\n      read: [/srv]\n',
    ],
    [
      'with dashes where the policy has dashes',
      '--read /srv',
      'servers:\n  crm:\n    command: x\n    args:\n      - "-q"\n',
      'servers:\n  crm:\n    command: x\n    args:\n      - "-q"\n    files:\n      read:\n        - /srv\n',
    ],
    [
      'with dashes below the key where the policy has them there',
      '--read /srv',
      'servers:\n  crm:\n    command: x\n    args:\n    - "-q"\n',
      'servers:\n  crm:\n    command: x\n    args:\n    - "-q"\n    files:\n      read:\n      - /srv\n',
    ],
    [
      'after a question mark',
      '--host b.com',
      'servers:\n  ? crm\n  : command: x\n',
      'servers:\n  ? crm\n  : command: x\n    network: [b.com]\n',
    ],
  ])('%s', (_title, flag, before, after) => {
    expect(outcome(before, flag)).toBe(after);
  });
});

describe('what says nothing is replaced', () => {
  test.each<Row>([
    [
      'none',
      '--host b.com',
      'servers:\n  crm:\n    network: none # for now\n    command: x\n',
      'servers:\n  crm:\n    network: [b.com] # for now\n    command: x\n',
    ],
    [
      'none in quotes',
      '--host b.com',
      'servers: { crm: { network: "none", command: x } }\n',
      'servers: { crm: { network: [b.com], command: x } }\n',
    ],
    [
      'an empty value',
      '--host b.com',
      'servers:\n  crm:\n    network:\n    command: x\n',
      'servers:\n  crm:\n    network: [b.com]\n    command: x\n',
    ],
    [
      'an empty value with a comment',
      '--read /srv',
      'servers:\n  crm:\n    files: # none\n      # yet\n    command: x\n',
      'servers:\n  crm:\n    files: { read: [/srv] } # none\n      # yet\n    command: x\n',
    ],
    [
      'an empty value in braces',
      '--tool get',
      'servers: { crm: { command: x, tools: } }\n',
      'servers: { crm: { command: x, tools: { get: allow } } }\n',
    ],
    ['a key alone', '--env TZ', 'servers: { crm: { pass } }\n', 'servers: { crm: { pass: [TZ] } }\n'],
    ['a null', '--env TZ', 'servers:\n  crm:\n    pass: ~\n', 'servers:\n  crm:\n    pass: [TZ]\n'],
  ])('%s', (_title, flag, before, after) => {
    expect(outcome(before, flag)).toBe(after);
  });
});

describe('a text alone becomes the command of a map', () => {
  test.each<Row>([
    [
      'in a block',
      '--host b.com',
      'servers:\n  crm: npm:x@1 # c\n  other: y\n',
      'servers:\n  crm:\n    command: npm:x@1 # c\n    network: [b.com]\n  other: y\n',
    ],
    [
      'in quotes, at the end of the file',
      '--read /srv',
      "servers:\n  crm: '/opt/x'",
      "servers:\n  crm:\n    command: '/opt/x'\n    files:\n      read: [/srv]",
    ],
    [
      'with CRLF',
      '--host b.com',
      'servers:\r\n    crm:   x\r\n',
      'servers:\r\n    crm:\r\n        command: x\r\n        network: [b.com]\r\n',
    ],
    [
      'on a line of its own',
      '--env TZ',
      'servers:\n  crm: # mine\n    npm:x@1 # c\n',
      'servers:\n  crm: # mine\n    command: npm:x@1 # c\n    pass: [TZ]\n',
    ],
    [
      'in braces',
      '--env TZ',
      'servers: {crm: /opt/x, other: y} # all\n',
      'servers: {crm: { command: /opt/x, pass: [TZ] }, other: y} # all\n',
    ],
    [
      'in JSON',
      '--tool get',
      '{\n  "servers": {\n    "crm": "/opt/x"\n  }\n}\n',
      '{\n  "servers": {\n    "crm": { "command": "/opt/x", "tools": { "get": "allow" } }\n  }\n}\n',
    ],
    [
      'and is called none',
      '--env TZ',
      'servers:\n  crm: none\n',
      'servers:\n  crm:\n    command: none\n    pass: [TZ]\n',
    ],
  ])('%s', (_title, flag, before, after) => {
    expect(outcome(before, flag)).toBe(after);
  });
});

describe('a secret is named by where it is kept', () => {
  test.each<Row>([
    [
      'in an entry without any',
      '--secret TOKEN=keyring:mcp-secure-run/crm.TOKEN',
      'servers:\n  crm:\n    command: x\n',
      'servers:\n  crm:\n    command: x\n    secrets:\n      TOKEN: keyring:mcp-secure-run/crm.TOKEN\n',
    ],
    [
      'beside others',
      '--secret TOKEN=keyring:crm',
      'servers:\n  crm:\n    secrets:\n      A: env:A # one\n',
      'servers:\n  crm:\n    secrets:\n      A: env:A # one\n      TOKEN: keyring:crm\n',
    ],
    [
      'the same again',
      '--secret TOKEN=keyring:crm',
      'servers: { crm: { command: x, secrets: { TOKEN: "keyring:crm" } } }\n',
      'already',
    ],
    [
      'where it has a value',
      '--secret TOKEN=keyring:crm',
      'servers:\n  crm:\n    env: { TOKEN: x }\n',
      'env-twice at 3:12',
    ],
    [
      'where the client’s is passed',
      '--secret TOKEN=keyring:crm',
      'servers:\n  crm:\n    pass: [A, "TOKEN?"]\n',
      'env-twice at 3:15',
    ],
    [
      'where the client’s is passed on conditions',
      '--secret TOKEN=keyring:crm',
      'servers:\n  crm:\n    pass: [{ TOKEN: { maxLength: 9 } }]\n',
      'env-twice at 3:12',
    ],
    [
      'where it comes from elsewhere',
      '--secret TOKEN=keyring:crm',
      'servers:\n  crm:\n    secrets: { TOKEN: { from: "keyring:crm" } }\n',
      'env-twice at 3:16',
    ],
  ])('%s', (_title, flag, before, after) => {
    expect(outcome(before, flag)).toBe(after);
  });
});

describe('JSON stays JSON', () => {
  test.each<Row>([
    [
      'without blanks',
      '--read /srv',
      '{"servers":{"crm":{"command":"x"}}}',
      '{"servers":{"crm":{"command":"x","files":{"read":["/srv"]}}}}',
    ],
    [
      'without blanks, one more item',
      '--host b.com',
      '{"servers":{"crm":{"network":["a.com"]}}}',
      '{"servers":{"crm":{"network":["a.com","b.com"]}}}',
    ],
    [
      'over lines',
      '--host b.com',
      '{\n  "servers": {\n    "crm": {\n      "network": [\n        "a.com"\n      ]\n    }\n  }\n}\n',
      '{\n  "servers": {\n    "crm": {\n      "network": [\n        "a.com",\n        "b.com"\n      ]\n    }\n  }\n}\n',
    ],
    [
      'with tabs and CRLF',
      '--env TZ',
      '{\r\n\t"servers": {\r\n\t\t"crm": {\r\n\t\t\t"command": "x"\r\n\t\t}\r\n\t}\r\n}\r\n',
      '{\r\n\t"servers": {\r\n\t\t"crm": {\r\n\t\t\t"command": "x",\r\n\t\t\t"pass": ["TZ"]\r\n\t\t}\r\n\t}\r\n}\r\n',
    ],
  ])('%s', (_title, flag, before, after) => {
    expect(outcome(before, flag)).toBe(after);
    expect(JSON.parse(after)).toEqual(read(after));
  });
});

test.each([
  ['--host *.example.com', 'network: ["*.example.com"]'],
  ['--host .example.com', 'network: [.example.com]'],
  ['--host [::1]:8080', 'network: ["[::1]:8080"]'],
  ['--host 127.0.0.1:8080', 'network: [127.0.0.1:8080]'],
  ['--env NAME?', 'pass: [NAME?]'],
  ['--env null', 'pass: ["null"]'],
  ['--tool 10', 'tools:\n      "10": allow'],
  ['--read ~/my notes', 'files:\n      read: [~/my notes]'],
  ['--read ~', 'files:\n      read: ["~"]'],
  ['--read /a#b', 'files:\n      read: [/a#b]'],
  ['--read /a #b', 'files:\n      read: ["/a #b"]'],
  ['--read /a: b', 'files:\n      read: ["/a: b"]'],
  ['--read /a, b]', 'files:\n      read: ["/a, b]"]'],
  ['--read /it’s "it"', 'files:\n      read: [/it’s "it"]'],
  ['--read /a\nb', 'files:\n      read: ["/a\\nb"]'],
  ['--read /a\u202Eb', 'files:\n      read: ["/a\\u202eb"]'],
  ['--read /a\u{E0041}b', 'files:\n      read: ["/a\\udb40\\udc41b"]'],
  ['--read /a\u2028b', 'files:\n      read: ["/a\\u2028b"]'],
])('%j is written as %j', (flag, written) => {
  const before = 'servers:\n  crm:\n    command: x\n';
  expect(outcome(before, flag)).toBe(`${before}    ${written}\n`);
});

const withDefaults = (defaults: string, entry = ''): string =>
  `defaults:\n  ${defaults}\nservers:\n  crm:\n    command: x\n${entry}`;

describe('what `defaults` gave is not lost', () => {
  test.each([
    ['--host b.com', 'network: [a.com]', 'network: [a.com, b.com]'],
    ['--host b.com', 'network: none', 'network: [b.com]'],
    ['--read /srv', 'files: { read: [/opt], write: [~/w] }', 'files:\n      read: [/opt, /srv]'],
    ['--env TZ', 'pass: [A, { B: { maxLength: 3 } }]', 'pass: [A, { B: { maxLength: 3 } }, TZ]'],
    ['--tool get', 'tools: { "find_*": allow }', 'tools:\n      find_*: allow\n      get: allow'],
  ])('%s beside %s', (flag, defaults, added) => {
    expect(outcome(withDefaults(defaults), flag)).toBe(`${withDefaults(defaults)}    ${added}\n`);
  });

  test.each([
    ['--host a.com', 'network: [a.com]', '', 'already'],
    ['--host a.com', 'network: [a.com]', 'network: none', 'network: [a.com]'],
    ['--read /opt/x', 'files: { read: [/opt] }', 'files: { write: [~/w] }', 'already'],
    ['--tool get', 'tools: { get: deny }', '', 'tool-denied at 2:12'],
    ['--tool get', 'tools: { get: deny }', 'tools: { find: allow }', 'tools: { find: allow, get: allow }'],
    ['--env TZ', 'env: { TZ: UTC }', '', 'env-twice at 2:10'],
  ])('%s: with %s, and %s of its own: %s', (flag, defaults, own, expected) => {
    const after = outcome(withDefaults(defaults, own && `    ${own}\n`), flag);
    expect(after.startsWith('defaults:') ? after.slice(withDefaults(defaults).length).trim() : after).toBe(expected);
  });
});

describe('what the policy says now is left as it is', () => {
  test.each([
    ['--host a.com', 'network: [a.com]'],
    ['--host a.com:443', 'network: [A.com]'],
    ['--host api.a.com', 'network: [.a.com]'],
    ['--host a.com', 'network: [.a.com]'],
    ['--host api.a.com', 'network: ["*.a.com"]'],
    ['--host *.a.com', 'network: [.a.com]'],
    ['--host anything.com', 'network: any'],
    ['--read ~/a/b', 'files: { read: [~/a] }'],
    ['--read ~/a', 'files: { read: [~/a] }'],
    ['--read /srv/x', 'files: { write: [/srv] }'],
    ['--write /srv/x/y', 'files: { read: [/opt], write: [/srv] }'],
    ['--tool get', 'tools: { get: allow }'],
    ['--tool get_it', 'tools: { "get_*": allow, get_that: deny }'],
    ['--tool get_a*', 'tools: { "get_*": allow }'],
    ['--env TZ', 'pass: [TZ]'],
    ['--env TZ', 'pass: ["TZ?"]'],
    ['--env TZ?', 'pass: [TZ]'],
  ])('%s: %s', (flag, entry) => {
    expect(outcome(`servers:\n  crm:\n    command: x\n    ${entry}\n`, flag)).toBe('already');
  });

  test.each([
    ['--host b-a.com', 'network: [.a.com]'],
    ['--host a.com', 'network: ["*.a.com"]'],
    ['--host .a.com', 'network: ["*.a.com"]'],
    ['--host .a.com', 'network: [a.com]'],
    ['--host a.com:8443', 'network: [a.com]'],
    ['--host ::443', 'network: ["::"]'],
    ['--read /srv-evil', 'files: { read: [/srv] }'],
    ['--read /', 'files: { read: [/srv] }'],
    ['--write /srv/x', 'files: { read: [/srv] }'],
    ['--tool got', 'tools: { "get_*": allow, "g*tt": allow, "go*ot": allow }'],
    ['--tool *', 'tools: { "get_*": allow }'],
    ['--env TZ', 'pass: [TZZ, { T: { equals: 1 } }]'],
  ])('%s is more than %s', (flag, entry) => {
    const text = `servers:\n  crm:\n    command: x\n    ${entry}\n`;
    expect(outcome(text, flag)).not.toBe('already');
    expect(readSource('p.yaml', outcome(text, flag)).allowed).toBe(true);
  });
});

describe('what the policy says against it is a person’s to change', () => {
  test.each([
    ['--tool get', 'tools: { find: allow, get: deny }', 'tool-denied at 4:27'],
    ['--tool get', 'tools: { "*": allow, "g*": deny }', 'tool-denied at 4:26'],
    ['--tool get', 'tools: { get: allow, "*t": deny }', 'tool-denied at 4:26'],
    ['--tool get', 'tools: { get: { confirm: true }, "*": deny }', 'tool-denied at 4:38'],
    ['--tool get', 'tools: { get: { confirm: true } }', 'edit-impossible at 4:14'],
    ['--tool get', 'tools: { "g*": { readOnly: true } }', 'edit-impossible at 4:14'],
    ['--env TZ', 'env: { TZ: UTC }', 'env-twice at 4:12'],
    ['--env TZ?', 'secrets: { TZ: "keyring:tz" }', 'env-twice at 4:16'],
    ['--env TZ', 'pass: [A, { "TZ?": { maxLength: 9 } }]', 'edit-impossible at 4:15'],
  ])('%s: %s', (flag, entry, expected) => {
    expect(outcome(`servers:\n  crm:\n    command: x\n    ${entry}\n`, flag)).toBe(expected);
  });

  test('in words that say which row, and what to do', () => {
    const decision = propose('p.yaml', 'servers: { crm: { tools: { "g*": deny } } }', SERVER, typed('--tool get'));
    expect(decision).toMatchObject({
      findings: [
        {
          message: 'the row `g*` denies `get`',
          hint: 'change this row by hand: of all rows that match, the strictest wins',
        },
      ],
    });
  });
});

describe('what cannot be written with certainty is not written', () => {
  test.each([
    ['a tag stands before the value', '--host b.com', 'servers:\n  crm:\n    network: !!str none\n'],
    ['a tag stands before the command', '--host b.com', 'servers:\n  crm: !!str x\n'],
    ['the command is a text in a block', '--host b.com', 'servers:\n  crm: >-\n    x\n'],
    ['the command is a text over two lines', '--host b.com', 'servers:\n  crm: "x\n    y"\n'],
    ['the list is a map', '--host b.com', 'servers:\n  crm:\n    network: { a: b }\n'],
    ['the list is another word', '--host b.com', 'servers:\n  crm:\n    network: most\n'],
    ['the map is a list', '--tool get', 'servers:\n  crm:\n    tools:\n      - get\n'],
    ['the map is a text', '--read /x', 'servers:\n  crm:\n    files: x\n'],
    ['the entry is a list', '--read /x', 'servers:\n  crm: [x]\n'],
    ['the entry is a number', '--read /x', 'servers:\n  crm: 1\n'],
    ['the name cannot be a key', '--tool __proto__', 'servers:\n  crm:\n    command: x\n'],
  ])('%s', (_title, flag, text) => {
    expect(outcome(text, flag)).toMatch(/^edit-impossible at \d/);
  });

  test.each([
    ['--host *.b.com', 'network: most', 'write `- "*.b.com"` below `network` of `crm`'],
    ['--write ~/w', 'files: all', 'write `- ~/w` below `files.write` of `crm`'],
    ['--tool *', 'tools: all', 'write `"*": allow` below `tools` of `crm`'],
    ['--env TZ', 'pass: all', 'write `- TZ` below `pass` of `crm`'],
  ])('%s into `%s`: %s', (flag, entry, hint) => {
    const decision = propose('p.yaml', `servers:\n  crm:\n    ${entry}\n`, SERVER, typed(flag));
    expect(decision).toMatchObject({ findings: [{ ident: 'edit-impossible', hint, place: { line: 3 } }] });
  });

  test('a text that is no policy is refused as everywhere', () => {
    expect(outcome('servers:\n  crm: &a { command: x }\n', '--host b.com')).toBe('policy-syntax at 2:11');
  });
});

test.each([
  ['crn', 'did you mean `crm`?'],
  ['github', 'it has `crm`, `files`'],
  ['toString', 'it has `crm`, `files`'],
])('%s is no server here: %s', (id, hint) => {
  const decision = propose('p.yaml', 'servers: { crm: x, files: y }', id, typed('--host b.com'));
  expect(decision).toMatchObject({
    findings: [{ ident: 'server-unknown', message: `p.yaml has no server \`${id}\``, hint }],
  });
});

test.each([
  ['where no row was', 'servers:\n  crm: x\n', true],
  ['where an empty map denied all', 'servers:\n  crm: { command: x, tools: {} }\n', undefined],
  ['where defaults have rows', 'defaults: { tools: { find: allow } }\nservers:\n  crm: x\n', undefined],
  ['where the server has rows', 'servers:\n  crm: { command: x, tools: { find: allow } }\n', undefined],
])('the first row of `tools` narrows: %s', (_title, text, narrows) => {
  const decision = propose('p.yaml', text, SERVER, typed('--tool get'));
  expect(decision.allowed && decision.granted.narrows).toBe(narrows);
});

describe('whatever the policy, its layout and the change', () => {
  test('the text says what it said with the change, all else stands as it was, and twice is once', () => {
    fc.assert(
      fc.property(policy, change, fc.gen(), (data, flag, pick) => {
        const before = new Writer(pick).document(data);
        expect(read(before), before).toEqual(data);
        const expected = expectedAfter(data, flag);
        const after = outcome(before, flag);
        if (expected instanceof RegExp) {
          expect(after, before).toMatch(expected);
          return;
        }

        expect(read(after), after).toEqual(expected);
        expect(isWithinText(before.replace(VOID, ''), after), `${before}\n---\n${after}`).toBe(true);
        expect(commentsOf(after)).toEqual(commentsOf(before));
        expect(after.includes('\r\n')).toBe(before.includes('\r\n'));
        expect(/[^\r]\n/.test(after)).toBe(/[^\r]\n/.test(before));
        expect(after.endsWith('\n')).toBe(before.endsWith('\n'));
        expect(outcome(after, flag)).toBe('already');
      }),
      { numRuns: 1000 },
    );
  });
});

test('whatever the text, it is refused, or every other server and key says what it said', () => {
  const sign = fc.constantFrom(
    ...'\n\r\t :-?[]{},&*!|>\'"#~ab1'.split(''),
    '\n  ',
    '\n    ',
    ': ',
    '- ',
    'none',
    ' # c',
  );
  const key = fc.constantFrom(
    '',
    '\n    command: x',
    '\n    network:',
    '\n    tools:',
    '\n    files: ',
    '\n    pass: [',
  );
  fc.assert(
    fc.property(key, fc.array(sign, { maxLength: 12 }), fc.boolean(), change, (start, signs, isJson, flag) => {
      const inner = start + signs.join('');
      const before = isJson ? `{ servers: { crm:${inner} }, other: 1 }` : `servers:\n  crm:${inner}\nother: 1\n`;
      const decision = propose('p.yaml', before, SERVER, typed(flag));
      if (!decision.allowed) return;
      const [was, is] = [withKeys(read(before)), withKeys(read(decision.granted.text))];
      expect({ ...is, servers: { ...withKeys(is['servers']), crm: 0 } }, before).toEqual({
        ...was,
        servers: { ...withKeys(was['servers']), crm: 0 },
      });
      expect(outcome(decision.granted.text, flag), before).toBe('already');
    }),
    { numRuns: 2000 },
  );
});

const HOSTS = ['a.com', 'b.com:8443', '*.c.com', '127.0.0.1:80', '[::1]:443'];
const PATHS = ['/srv', '/srv/a', '/srv-evil', '~/b', '~', "/it's", '/a: b', '/c #d', '/e, f]', '- g'];
const TOOLS = ['get', 'get_all', 'get_*', 'put', '*', '10'];
const NAMES = ['TZ', 'LANG', 'null'];
const REFERENCES = ['keyring:crm', 'keyring:mcp-secure-run/crm.TZ', 'op://a b/c/d', 'file:~/it’s: #1'];

const change = fc.oneof(
  fc.constantFrom(...HOSTS).map((host) => `--host ${host}`),
  fc.constantFrom(...PATHS).map((path) => `--read ${path}`),
  fc.constantFrom(...PATHS).map((path) => `--write ${path}`),
  fc.constantFrom(...TOOLS).map((tool) => `--tool ${tool}`),
  fc.constantFrom(...NAMES).map((name) => `--env ${name}`),
  fc.constantFrom(...REFERENCES).chain((one) => fc.constantFrom(...NAMES).map((name) => `--secret ${name}=${one}`)),
);

type Entry = Record<string, unknown>;

const listOf = (items: readonly string[]) => fc.uniqueArray(fc.constantFrom(...items), { maxLength: 4 });
const verdict = fc.constantFrom('allow', 'allow', 'deny', { confirm: true, arguments: { a: { oneOf: [1, 'x'] } } });
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    command: fc.constantFrom('/opt/crm', 'node', 'none'),
    args: fc.constantFrom([], ['--quiet', ': #']),
    network: fc.oneof(fc.constantFrom('none', 'any', null), listOf(HOSTS)),
    files: fc.oneof(fc.constant(null), fc.record({ read: listOf(PATHS), write: listOf(PATHS) }, { requiredKeys: [] })),
    tools: fc.oneof(
      fc.constant(null),
      fc.dictionary(fc.constantFrom(...TOOLS), verdict, { maxKeys: 3, noNullPrototype: true }),
    ),
    pass: fc.oneof(fc.constant(null), listOf(['TZ', 'LANG?', 'OTHER'])),
    env: fc.constantFrom({}, { A: '1' }, { TZ: 'UTC' }),
    secrets: fc.constantFrom(null, {}, { A: 'keyring:a' }, { LANG: 'keyring:crm' }, { TZ: { from: 'env:Z' } }),
  },
  { requiredKeys: ['command'] },
);
const policy = fc.record({
  version: fc.constant(1),
  servers: fc
    .tuple(fc.oneof(entry, fc.constantFrom('/opt/crm', 'none')), entry, fc.boolean())
    .map(([crm, other, isFirst]) => (isFirst ? { crm, other } : { other, crm })),
});

/** The same by other means: what the data is to be afterwards, or what is said instead of a text. */
function expectedAfter(data: { servers: { crm: Entry | string } }, flag: string): object {
  const written = data.servers.crm;
  const crm: Entry = typeof written === 'string' ? { command: written } : structuredClone(written);
  const asked = typed(flag);
  if (asked.kind === 'host') {
    if (crm['network'] === 'any' || list(crm['network']).includes(asked.host)) return /^already$/;
    crm['network'] = [...list(crm['network']), asked.host];
  } else if (asked.kind === 'env') {
    if (Object.hasOwn({ ...withKeys(crm['env']), ...withKeys(crm['secrets']) }, asked.name)) return /^env-twice at /;
    if (list(crm['pass']).some((name) => name.replace('?', '') === asked.name)) return /^already$/;
    crm['pass'] = [...list(crm['pass']), asked.name];
  } else if (asked.kind === 'secret') {
    const secrets = withKeys(crm['secrets']);
    const isPassed = list(crm['pass']).some((name) => name.replace('?', '') === asked.name);
    if (isPassed || Object.hasOwn(withKeys(crm['env']), asked.name)) return /^env-twice at /;
    if (secrets[asked.name] === asked.reference) return /^already$/;
    if (Object.hasOwn(secrets, asked.name)) return /^env-twice at /;
    crm['secrets'] = { ...secrets, [asked.name]: asked.reference };
  } else if (asked.kind === 'tool') {
    const rows = Object.entries(withKeys(crm['tools'])).filter(([name]) => {
      return name === asked.tool || name === '*' || (name === 'get_*' && asked.tool === 'get_all');
    });
    if (rows.some(([, row]) => row === 'deny')) return /^tool-denied at /;
    if (rows.some(([, row]) => row !== 'allow')) return /^edit-impossible at /;
    if (rows.length > 0) return /^already$/;
    crm['tools'] = { ...withKeys(crm['tools']), [asked.tool]: 'allow' };
  } else {
    const files = withKeys(crm['files']);
    const roots = [...list(files['write']), ...(asked.kind === 'read' ? list(files['read']) : [])];
    if (roots.some((root) => asked.path === root || asked.path.startsWith(`${root}/`))) return /^already$/;
    files[asked.kind] = [...list(files[asked.kind]), asked.path];
    crm['files'] = files;
  }
  return { ...data, servers: { ...data.servers, crm } };
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value : []);

const withKeys = (value: unknown): Entry => ({ ...Object(value) });

/** What an edit may take away: the word or the sign for nothing, and the blank between empty brackets. */
const VOID = /(?<=network["']?: *)["']?none["']?|\bnull\b|~(?=[\s,}]|$)|(?<=[[{]) (?=[\]}])/g;

/** Whether a text is the other one with something taken out of it. */
function isWithinText(small: string, large: string): boolean {
  let at = 0;
  for (const character of large) if (character === small[at]) at += 1;
  return at === small.length;
}

const commentsOf = (text: string): string[] => text.match(/(?<![^\s])#\d+ [^\r\n]*/g) ?? [];

const upTo = (most: number) => fc.nat(most);

/** Writes data as a person might who changes their mind on each line. */
class Writer {
  readonly #pick: fc.GeneratorValue;
  #comments = 0;

  constructor(pick: fc.GeneratorValue) {
    this.#pick = pick;
  }

  document(data: unknown): string {
    const [eol, mark] = [this.#one('\n', '\n', '\r\n'), this.#one('', '', '\uFEFF')];
    const end = this.#one('\n', '\n', '', '\n\n');
    const text = this.#one(true, false, false, false)
      ? JSON.stringify(data, null, this.#one('', '  ', '\t')) + end
      : this.#one([], ['# head'], ['---']).concat(this.#yaml(data)).join('\n') + end;
    return mark + text.replaceAll('\n', eol);
  }

  #yaml(data: unknown): string[] {
    return this.#one(true, true, true, false) ? this.#block(data, '') : [this.#flow(data, '')];
  }

  #block(value: unknown, indent: string): string[] {
    const lines = Array.isArray(value)
      ? value.map((item) => `${indent}-${this.#one(' ', ' ', '   ')}${this.#flow(item, indent)}${this.#trailing()}`)
      : Object.entries(value ?? {}).flatMap(([key, inner]) => this.#pair(key, inner, indent));
    return [...lines, ...this.#lines(indent)];
  }

  #pair(key: string, value: unknown, indent: string): string[] {
    const before = [...this.#one([], [], ['']), ...this.#lines(indent)];
    const head = `${indent}${this.#scalar(key)}:`;
    if (value === null) return [...before, head + this.#one('', ' null', ' ~') + this.#trailing()];
    const isEmpty = typeof value !== 'object' || Object.keys(value).length === 0;
    if (isEmpty || this.#one(true, false, false))
      return [...before, `${head} ${this.#flow(value, indent)}${this.#trailing()}`];
    const further = this.#one('  ', '  ', '    ', ' ');
    const inner = this.#block(value, Array.isArray(value) ? this.#one(indent, indent + further) : indent + further);
    return [...before, head + this.#trailing(), ...inner];
  }

  #flow(value: unknown, indent: string): string {
    if (typeof value !== 'object' || value === null) return this.#scalar(value);
    const [open, close] = Array.isArray(value) ? '[]' : '{}';
    const items = Array.isArray(value)
      ? value.map((item) => this.#flow(item, `${indent}  `))
      : Object.entries(value).map(([key, inner]) => this.#flowPair(key, inner, `${indent}  `));
    if (items.length === 0) return open + this.#one('', '', ' ', ` #${(this.#comments += 1)} ]}\n${indent}  `) + close;
    const comma = this.#one('', '', ',');
    if (this.#one(true, true, false)) {
      const blank = this.#one('', ' ');
      return open + blank + items.join(this.#one(', ', ', ', `,\n${indent}  `)) + comma + blank + close;
    }
    const lines = items.map((item, index) => {
      return `${indent}  ${item}${index < items.length - 1 ? ',' : comma}${this.#trailing()}`;
    });
    return [open + this.#trailing(), ...lines, ...this.#lines(`${indent}  `), `${indent} ${close}`].join('\n');
  }

  #flowPair(key: string, value: unknown, indent: string): string {
    const head = this.#scalar(key);
    if (value === null) return head + this.#one(': ', ': null', '');
    return `${head}: ${this.#flow(value, indent)}`;
  }

  #scalar(value: unknown): string {
    if (typeof value !== 'string') return JSON.stringify(value);
    const isPlain = /^(?:~?[a-zA-Z/]|127)[\w/.:-]*$/.test(value) && value !== 'null' && !/: /.test(value);
    const [double, single] = [JSON.stringify(value), `'${value.replaceAll("'", "''")}'`];
    return isPlain ? this.#one(value, value, double, single) : this.#one(double, single);
  }

  /** Comments on lines of their own. */
  #lines(indent: string): string[] {
    return this.#one([], [], [], ['']).concat(this.#one(0, 0, 0, 1) ? [`${indent}${this.#comment()}`] : []);
  }

  #trailing(): string {
    return this.#one(0, 0, 1) ? ` ${this.#comment()}` : '';
  }

  #comment(): string {
    this.#comments += 1;
    return `#${this.#comments} ${this.#one('more', '- a.com', 'network: [', '], }', '"', 'x # y')}`;
  }

  #one<Value>(first: Value, ...others: readonly Value[]): Value {
    const index = this.#pick(upTo, others.length);
    return others[index - 1] ?? first;
  }
}

function read(text: string): unknown {
  const source = readSource('p.yaml', text);
  expect(source.allowed, text).toBe(true);
  return source.allowed && source.granted.value;
}
