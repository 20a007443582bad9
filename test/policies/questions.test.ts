import { describe, expect, test } from 'vitest';
import { enginesFor } from '../../src/commands/survey.ts';
import { answerQuestion, type Question } from '../../src/commands/answer-question.ts';
import { parseLayer } from '../../src/policy-text/parse-policy.ts';
import { allow } from '../../src/finding/decision.ts';
import { granted, POLICY_FILE } from '../kit/decide.ts';
import { printedBy } from '../kit/printed-by.ts';
import { crm, MACHINE } from '../kit/verdict.ts';

/** Puts a question to a policy as `explain --json` does: the exit code, and the answer or the refusal with its place. */
function ask(text: string, question: Question, words: readonly string[] = []): string {
  const parsed = granted(parseLayer('user', [{ file: POLICY_FILE, text }]));
  const situation = { policy: { layers: [parsed.layer] }, host: MACHINE, movedHome: undefined, notices: [] };
  const surveyed = { situation: allow(situation), texts: new Map(), parsed: [parsed], engines: enginesFor([parsed]) };
  const request = { kind: 'server', id: 'crm', args: words } as const;
  const { answer: code, document } = printedBy((io) =>
    answerQuestion(request, question, surveyed, situation, { json: true }, io),
  );
  const { answer, findings } = document() as {
    answer: { what: string; because: { at?: Place }[] } | null;
    findings: { ident: string; place: Place | null }[];
  };
  if (answer)
    return [`${code} ${answer.what}`, ...answer.because.flatMap(({ at }) => at ?? []).map(placeText)].join(' at ');
  return `${code} ${findings.map(({ ident, place }) => [ident, ...(place ? [placeText(place)] : [])].join(' at ')).join(', ')}`;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

const placeText = ({ line, column }: Place): string => `${line}:${column}`;

describe('does it see this path?', () => {
  const files = crm('files: { read: [~/notes], write: [/srv/data] }');
  const slot = crm('args: [{ path: write }]', 'files: { read: [~/notes], write: [/srv/data] }');

  test.each<[title: string, policy: string, path: string, is: string, words?: string[]]>([
    ['what it may read', files, '/home/anna/notes', '0 /home/anna/notes: read at 5:21'],
    ['what lies in it', files, '~/notes/today.md', '0 /home/anna/notes/today.md: read at 5:21'],
    ['what it may write', files, '/srv/data/a.txt', '0 /srv/data/a.txt: read and write at 5:39'],
    ['what is not there yet, where it may write', files, '/srv/data/new', '0 /srv/data/new: read and write at 5:39'],
    ['what a link in there leads to', files, '/srv/data/out/passwd', '126 path-not-granted at 3:3'],
    ['what only begins in the same way', files, '/srv/data-old', '126 path-not-granted at 3:3'],
    ['what lies around it', files, '/srv', '126 path-not-granted at 3:3'],
    ['what every server sees of the system', files, '/usr/bin/env', '0 /usr/bin/env: read'],
    ['the accounts of the machine', files, '/etc/shadow', '126 path-not-granted at 3:3'],
    ['nothing, where nothing is granted', crm(), '~/notes', '126 path-not-granted at 3:3'],
    ['a relative path', files, 'notes', '2 usage'],
    ['a way up', files, '/srv/data/../data', '2 usage'],
    [
      'below a slot, with nothing given',
      slot,
      '/srv/data',
      '0 /srv/data: read and write, if it is given after `--` at 5:12',
    ],
    ['below a slot, given', slot, '/srv/data/a.txt', '0 /srv/data/a.txt: read and write at 5:12', ['/srv/data']],
    ['below a slot, given another', slot, '/srv/data', '126 path-not-granted at 3:3', ['/srv/data/a.txt']],
    ['outside of the slot’s ceiling', slot, '/srv/data-old', '126 path-not-granted at 3:3'],
    ['beside the slot, of the other mode', slot, '~/notes', '0 /home/anna/notes: read at 6:21', ['/srv/data']],
    [
      'anything, without a sandbox',
      crm('unsafe: [no-sandbox]'),
      '/etc/shadow',
      '0 /etc/shadow: all that its account may at 5:14',
    ],
  ])('%s', (_title, policy, path, is, words) => {
    expect(ask(policy, { kind: 'path', asked: path }, words)).toBe(is);
  });
});

test('what would be made where a link leads out of the grant is not seen, and not written', () => {
  const policy = crm('files: { write: [/srv/data] }');
  expect(ask(policy, { kind: 'path', asked: '/srv/data/out/new' })).toBe('126 path-not-granted at 3:3');
});

describe('may it reach this host?', () => {
  const hosts = crm('network: [api.example.com, "db.example.com:5432", .example.org, "*.example.net", 192.0.2.1]');

  test.each<[title: string, policy: string, host: string, is: string]>([
    ['a host of the list', hosts, 'api.example.com', '0 api.example.com:443 at 5:15'],
    ['the same in another spelling', hosts, 'API.Example.com.', '0 api.example.com:443 at 5:15'],
    ['the same on another port', hosts, 'api.example.com:80', '126 host-not-granted at 3:3'],
    ['a host with its port', hosts, 'db.example.com:5432', '0 db.example.com:5432 at 5:32'],
    ['the same without it', hosts, 'db.example.com', '126 host-not-granted at 3:3'],
    ['a domain', hosts, 'example.org', '0 example.org:443 at 5:55'],
    ['what is below it', hosts, 'a.b.example.org', '0 a.b.example.org:443 at 5:55'],
    ['what only ends in the same way', hosts, 'notexample.org', '126 host-not-granted at 3:3'],
    ['only below a domain', hosts, 'a.example.net', '0 a.example.net:443 at 5:69'],
    ['the domain itself, which is not below it', hosts, 'example.net', '126 host-not-granted at 3:3'],
    ['an address', hosts, '192.0.2.1', '0 192.0.2.1:443 at 5:86'],
    ['anything where all are allowed', crm('network: any'), 'example.com', '0 example.com:443 at 5:14'],
    ['anything where none are', crm('network: none'), 'example.com', '126 host-not-granted at 3:3'],
    ['anything where nothing is said', crm(), 'example.com', '126 host-not-granted at 3:3'],
    ['anything, of an empty list', crm('network: []'), 'example.com', '126 host-not-granted at 3:3'],
    ['a URL', hosts, 'https://api.example.com', '2 usage'],
    ['a wildcard', hosts, '.example.org', '2 usage'],
    [
      'with the network of the machine',
      crm('unsafe: [host-network]'),
      'localhost:22',
      '0 localhost:22: as from the machine itself at 5:14',
    ],
  ])('%s', (_title, policy, host, is) => {
    expect(ask(policy, { kind: 'host', asked: host }).replace(OF_A_NAME, '')).toBe(is);
  });
});

/** What a name leads to is looked at when it is dialled. */
const OF_A_NAME = ', where its address is public';

describe('does it have this variable?', () => {
  const env = crm('env: { LOG_LEVEL: warn, LANG: C }', 'pass: [TZ, "ACME_TOKEN?"]');

  test.each<[title: string, policy: string, name: string, is: string]>([
    ['with a fixed value', env, 'LOG_LEVEL', '0 LOG_LEVEL: with the value that the policy gives at 5:12'],
    ['of the client’s', env, 'TZ', '0 TZ: as the client has it at 6:12'],
    ['that the client may lack, and does', env, 'ACME_TOKEN', '126 env-not-granted at 3:3'],
    ['that the client has and nothing names', env, 'ACME_REGION', '126 env-not-granted at 3:3'],
    ['of ours', env, 'PATH', '0 PATH: set by mcp-secure-run'],
    ['of ours, replaced', env, 'LANG', '0 LANG: with the value that the policy gives at 5:29'],
    ['in another case', env, 'log_level', '126 env-not-granted at 3:3'],
    ['while another one stops the start', crm('pass: [NOWHERE]'), 'PATH', '126 env-missing at 5:12'],
  ])('%s', (_title, policy, name, is) => {
    expect(ask(policy, { kind: 'env', asked: name })).toBe(is);
  });
});

describe('may this tool be called?', () => {
  const rows = crm(
    'files: { write: [/srv/data] }',
    'tools:',
    '  "*": allow',
    '  "delete_*": deny',
    '  write: { arguments: { path: { path: write }, text: { maxLength: 9 } } }',
    '  send: { confirm: true }',
    '  "se*": { arguments: { to: { match: ".*@example.com" } } }',
  );
  const listed = crm('tools: { read: allow }');

  test.each<[title: string, policy: string, tool: string, given: Record<string, unknown>, is: string]>([
    ['by a row', listed, 'read', {}, '0 read: allowed at 5:14'],
    ['which no row names', listed, 'write', {}, '126 tool-denied at 3:3'],
    ['whose name only begins so', listed, 'read_all', {}, '126 tool-denied at 3:3'],
    ['in another case', listed, 'Read', {}, '126 tool-denied at 3:3'],
    ['by a pattern', rows, 'list', { any: 1 }, '0 list: allowed at 7:7'],
    ['by a pattern, and denied by another: the strictest wins', rows, 'delete_all', {}, '126 tool-denied at 8:7'],
    [
      'with arguments that fit',
      rows,
      'write',
      { path: '/srv/data/a.txt', text: 'x' },
      '0 write: allowed at 7:7 at 9:7',
    ],
    ['with one that does not', rows, 'write', { path: '/etc/passwd' }, '126 tool-denied at 9:29'],
    [
      'with two that do not',
      rows,
      'write',
      { path: '/etc', text: '0123456789' },
      '126 tool-denied at 9:29, tool-denied at 9:52',
    ],
    ['with one that the row does not name', rows, 'write', { mode: 'w' }, '126 tool-denied at 9:7'],
    ['with one that only JavaScript knows', rows, 'write', { constructor: 'x' }, '126 tool-denied at 9:7'],
    [
      'which a person confirms',
      rows,
      'send',
      { to: 'a@example.com' },
      '0 send: after a person confirmed it at 7:7 at 10:7 at 11:7',
    ],
    ['of which another row asks more', rows, 'send', { to: 'a@example.net' }, '126 tool-denied at 11:29'],
    ['where nothing is said of tools', crm(), 'anything', {}, '0 anything: allowed at 3:3'],
    ['where no tool is named', crm('tools: {}'), 'anything', {}, '126 tool-denied at 3:3'],
  ])('%s', (_title, policy, tool, given, is) => {
    expect(ask(policy, { kind: 'tool', call: { tool, arguments: given } })).toBe(is);
  });
});
