import { describe, expect, test } from 'vitest';
import { enginesFor } from '../../src/commands/survey.ts';
import { checkExamples } from '../../src/commands/check-examples.ts';
import { allow } from '../../src/finding/decision.ts';
import { parseLayer } from '../../src/policy-text/parse-policy.ts';
import { granted, POLICY_FILE } from '../kit/decide.ts';
import { crm, MACHINE, refused, testRows, type Verdict } from '../kit/verdict.ts';

/** What `check` finds wrong with the examples of a policy. */
function failing(text: string): Verdict {
  const parsed = granted(parseLayer('user', [{ file: POLICY_FILE, text }]));
  const situation = { policy: { layers: [parsed.layer] }, host: MACHINE, movedHome: undefined, notices: [] };
  const surveyed = { situation: allow(situation), texts: new Map(), parsed: [parsed], engines: enginesFor([parsed]) };
  return refused(checkExamples('crm', surveyed, situation));
}

describe('examples of arguments', () => {
  const SLOTS = ['args: [{ path: write }, { oneOf: [fast, safe], optional: true }]', 'files: { write: [/srv/data] }'];

  test.each<[title: string, examples: string, is: string, says?: string]>([
    ['that are allowed', '{ allow: [[/srv/data], [/srv/data/a.txt, safe]] }', ''],
    ['that are denied', '{ deny: [[/etc], [], [/srv/data, slow], [/srv/data, fast, x]] }', ''],
    ['both', '{ allow: [[/srv/data]], deny: [[/srv]] }', ''],
    ['none', '{}', ''],
    [
      'one that is denied, and should not be',
      '{ allow: [[/srv/data], [/etc]] }',
      'example-fails at 7:38',
      'it says: `/etc` lies outside `files.write`',
    ],
    [
      'one that is allowed, and should not be',
      '{ deny: [[/srv/data/a.txt]] }',
      'example-fails at 7:24',
      'no rule of the policy is against it',
    ],
    [
      'several',
      '{ allow: [[x], [y]], deny: [[/srv/data]] }',
      'example-fails at 7:25, example-fails at 7:30, example-fails at 7:43',
    ],
  ])('%s', (_title, examples, is, says = '') => {
    const found = failing(crm(...SLOTS, `examples: ${examples}`));
    expect(found.is).toBe(is);
    expect(found.says).toContain(says);
  });

  test('of a server that takes none', () => {
    expect(failing(crm('examples: { allow: [[]], deny: [[--help]] }')).is).toBe('');
    expect(failing(crm('examples: { allow: [[--help]] }')).is).toBe('example-fails at 5:25');
  });
});

describe('examples of calls', () => {
  const RULES = [
    'files: { write: [/srv/data] }',
    'network: [api.example.com]',
    'tools: { "*": allow, "delete_*": deny, write: { arguments: { path: { path: write } } }, get: { arguments: { host: { host: true } } } }',
  ];

  test.each<[title: string, examples: string, is: string, says?: string]>([
    ['that are allowed', '{ allow: [{ tool: list }, { tool: write, arguments: { path: /srv/data/a.txt } }] }', ''],
    ['that are denied', '{ deny: [{ tool: delete_all }, { tool: write, arguments: { path: /etc/passwd } }] }', ''],
    [
      'of hosts',
      '{ allow: [{ tool: get, arguments: { host: api.example.com } }], deny: [{ tool: get, arguments: { host: example.com } }] }',
      '',
    ],
    [
      'one that is denied, and should not be',
      '{ allow: [{ tool: delete_all }] }',
      'example-fails at 8:25',
      'it says: `delete_all` is denied',
    ],
    [
      'one that is allowed, and should not be',
      '{ deny: [{ tool: list }] }',
      'example-fails at 8:24',
      'this example of `crm` is to be denied, and is allowed',
    ],
    ['beside arguments of the command', '{ allow: [[], { tool: delete_all }] }', 'example-fails at 8:29'],
  ])('%s', (_title, examples, is, says = '') => {
    const found = failing(crm(...RULES, `examples: ${examples}`));
    expect(found.is).toBe(is);
    expect(found.says).toContain(says);
  });
});

test('a host of `network` fills a slot for hosts', () => {
  const rules = ['args: [{ host: true }]', 'network: [api.example.com]'];
  expect(failing(crm(...rules, 'examples: { allow: [[api.example.com]], deny: [[example.com]] }')).is).toBe('');
});

describe('what is no example', () => {
  testRows([
    ['a word', crm('examples: { allow: [/srv/data] }'), 'policy-value at 5:25', 'cannot be a string'],
    ['a list of words', crm('examples: [[/srv/data]]'), 'policy-value at 5:15', 'must be a map, not a list'],
    [
      'a call without its tool',
      crm('examples: { deny: [{ arguments: {} }] }'),
      'policy-missing-key at 5:24',
      'write `tool`',
    ],
    ['a number among the words', crm('examples: { allow: [[8080]] }'), 'policy-value at 5:26'],
    ['another expectation', crm('examples: { dney: [] }'), 'policy-unknown-key at 5:17', 'did you mean `deny`?'],
  ]);
});
