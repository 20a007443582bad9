import { describe, expect, test } from 'vitest';
import { advise } from '../../src/policy-text/advise.ts';
import { UNSAFE_NAMES, type Unsafe } from '../../src/policy/unsafe.ts';
import { parseLayer } from '../../src/policy-text/parse-policy.ts';
import { granted, POLICY_FILE } from '../kit/decide.ts';
import { crm, entry, refused, testRows, verdict } from '../kit/verdict.ts';

/** What is given up by each, in the words that a review sees. A frozen list: another name is another decision. */
const GIVES_UP: Record<Unsafe, string> = {
  'no-sandbox': 'confinement',
  'landlock-only': 'namespaces',
  'no-guard': 'the reading of messages',
  observe: 'the enforcing of message rules',
  unlocked: 'the hash of the program',
  definitions: 'the record of what the model reads',
  'loader-variables': 'the ban on variables that load code',
  'own-sandbox': 'the ban on nested namespaces',
  'host-network': "the network's confinement",
  'docker-socket': 'what docker exposes',
  'secret-in-arguments': 'the secrecy of that value',
  'short-secret': 'the secrecy of that value',
  'audit-best-effort': 'denial when a record cannot be written',
};

test('there are these names and no others', () => {
  expect(UNSAFE_NAMES.toSorted()).toEqual(Object.keys(GIVES_UP).toSorted());
});

describe('each may be written, starts the server, and is said aloud', () => {
  test.each(Object.entries(GIVES_UP))('%s: %s', async (name, givesUp) => {
    const text = crm(`unsafe: [${name}]`);
    expect(await verdict(text)).toEqual({ is: 'starts', says: '' });
    const advice = refused(advise(granted(parseLayer('user', [{ file: POLICY_FILE, text }]))));
    expect(advice.is).toBe('unsafe-entry at 5:14');
    expect(advice.says).toBe(
      `\`crm\` gives up ${givesUp}; remove \`${name}\` if the server can do without; \`mcp-secure-run explain crm\` shows what it changes`,
    );
  });
});

describe('what it lets through is refused without it', () => {
  const OWN = 'command: /home/anna/bin/crm';
  testRows([
    ['`unlocked`: a program of your account', entry(OWN), 'program-not-pinned at 4:14'],
    ['… and with it', entry(OWN, 'unsafe: [unlocked]'), 'starts /home/anna/bin/crm'],
    ['`loader-variables`: what loads code', crm('pass: [LD_PRELOAD]'), 'env-loader at 5:12'],
    ['… and with it', crm('pass: [LD_PRELOAD]', 'unsafe: [loader-variables]'), 'starts'],
    ['`no-guard`: rules for messages', crm('tools: { "*": allow }'), 'not-enforced-yet at 5:5'],
    [
      '… which it leaves without meaning',
      crm('tools: { "*": allow }', 'unsafe: [no-guard]'),
      'policy-meaningless at 5:5',
      'remove `tools`, or `no-guard`',
    ],
    ['`host-network`: hosts', crm('network: any'), 'starts'],
    [
      '… which it leaves without meaning',
      crm('network: any', 'unsafe: [host-network]'),
      'policy-meaningless at 5:5',
      'remove `network`',
    ],
    [
      '`no-sandbox`: files, network, state',
      crm('files: {}', 'network: none', 'state: [x]', 'unsafe: [no-sandbox]'),
      'policy-meaningless at 5:5, policy-meaningless at 6:5, policy-meaningless at 7:5',
    ],
    [
      '`no-sandbox`: what the kernel counts of a process, and what is summed over all of them',
      crm(
        'limits: { runtime: 1h, memory: 1GiB, processes: 5, openFiles: 5, fileSize: 1B, cpu: 1s, tmp: 1B }',
        'unsafe: [no-sandbox]',
      ),
      [28, 42, 56, 70, 84, 93].map((column) => `policy-meaningless at 5:${column}`).join(', '),
      '`limits.memory` means nothing',
    ],
    [
      '… and not what the launcher’s clock says',
      crm('limits: { start: 1s, runtime: 1h, idle: 1h, shutdown: 1s }', 'unsafe: [no-sandbox]'),
      'starts',
    ],
    [
      '`no-guard`: prompts, resources, client',
      crm('prompts: {}', 'resources: {}', 'client: {}', 'unsafe: [no-guard]'),
      'policy-meaningless at 5:5, policy-meaningless at 6:5, policy-meaningless at 7:5',
    ],
  ]);
});

describe('what is none of these names', () => {
  testRows([
    [
      'a name that is near',
      crm('unsafe: [nosandbox]'),
      'policy-value at 5:14',
      '`unsafe` knows no `nosandbox`; did you mean `no-sandbox`?',
    ],
    ['another order of letters', crm('unsafe: [unlokced]'), 'policy-value at 5:14', 'did you mean `unlocked`?'],
    ['everything', crm('unsafe: [all]'), 'policy-value at 5:14', 'one of no-sandbox, landlock-only,'],
    ['yes', crm('unsafe: true'), 'policy-value at 5:13', 'must be a list'],
    ['one without a list', crm('unsafe: unlocked'), 'policy-value at 5:13', 'must be a list, not a string'],
    ['a map', crm('unsafe: { unlocked: true }'), 'policy-value at 5:13', 'must be a list, not a map'],
    ['the second of two', crm('unsafe: [unlocked, sandbox]'), 'policy-value at 5:24', 'knows no `sandbox`'],
  ]);
});
