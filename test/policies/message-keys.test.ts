import { describe } from 'vitest';
import { crm, testRows } from '../kit/verdict.ts';

// Each right value here still stops the launch, with the key's place: nothing enforces it yet, and nothing ignores it.

describe('`network`', () => {
  testRows([
    ['none', crm('network: none'), 'starts'],
    ['any', crm('network: any'), 'starts'],
    [
      'a host, another port, a domain, an address',
      crm('network: [a.example.com, "b.example.com:8443", .example.org, 192.0.2.1]'),
      'starts',
    ],
    ['an empty list, which is not all', crm('network: []'), 'starts'],
    ['another word', crm('network: nnoe'), 'policy-value at 5:14', 'did you mean `none`?'],
    ['one host without a list', crm('network: api.example.com'), 'policy-value at 5:14'],
    ['a URL', crm('network: ["https://api.example.com/v1"]'), 'policy-value at 5:15', 'leave out scheme'],
    ['everything', crm('network: ["*"]'), 'policy-value at 5:15', 'is too wide'],
    ['a registry', crm('network: ["*.com"]'), 'policy-value at 5:15', 'is too wide'],
    ['a wildcard inside', crm('network: ["api.*.example.com"]'), 'policy-value at 5:15', 'write `*.example.com`'],
    ['a port that is none', crm('network: ["api.example.com:0"]'), 'policy-value at 5:15', 'a port from 1 to 65535'],
    ['a range', crm('network: [10.0.0.0/8]'), 'policy-value at 5:15'],
    ['an address in an odd spelling', crm('network: ["0x7f.1"]'), 'policy-value at 5:15', 'as in `192.0.2.1`'],
    ['an address of IPv6 that is none', crm('network: ["[::1"]'), 'policy-value at 5:15'],
    ['letters that look like others', crm('network: [аpi.example.com]'), 'policy-value at 5:15', 'punycode'],
  ]);
});

describe('`limits`', () => {
  testRows([
    [
      'of messages, among others',
      crm('limits: { memory: 512MiB, calls: 60/min, bytes: 1MiB/s }'),
      'not-enforced-yet at 5:31, not-enforced-yet at 5:46',
    ],
    ['a size without its unit', crm('limits: { memory: "512" }'), 'policy-value at 5:23', '`MiB`'],
    ['a size in thousands', crm('limits: { memory: 512MB }'), 'policy-value at 5:23', '`MiB`'],
    ['a size of nothing', crm('limits: { memory: 0MiB }'), 'policy-value at 5:23'],
    ['a time in other words', crm('limits: { runtime: 10 minutes }'), 'policy-value at 5:24', '`min`'],
    ['a rate that is a number', crm('limits: { calls: 60 }'), 'policy-value at 5:22', 'must be a string, not a number'],
    ['a rate in other words', crm('limits: { calls: 60/minute }'), 'policy-value at 5:22', '`min`'],
    ['no processes', crm('limits: { processes: 0 }'), 'policy-value at 5:26'],
    ['half a process', crm('limits: { processes: 0.5 }'), 'policy-value at 5:26'],
    ['a list', crm('limits: [calls]'), 'policy-value at 5:13'],
  ]);
});

describe('`tools`', () => {
  testRows([
    [
      'allowed, denied, and on conditions',
      crm('tools: { "*": allow, "delete_*": deny, write: { confirm: true, calls: 5/min } }'),
      'not-enforced-yet at 5:5',
    ],
    ['with arguments', crm('tools: { write: { arguments: { path: { path: write } } } }'), 'not-enforced-yet at 5:5'],
    ['none of them', crm('tools: {}'), 'not-enforced-yet at 5:5'],
    ['another verdict', crm('tools: { "*": alow }'), 'policy-value at 5:19', 'did you mean `allow`?'],
    ['a condition on nothing', crm('tools: { write: {} }'), 'policy-value at 5:21', 'must say something'],
    [
      'a name with a blank',
      crm('tools: { "write file": allow }'),
      'policy-value at 5:14',
      'must be a name, or a pattern',
    ],
    ['a name that cannot be seen', crm('tools: { "wri\\u200bte": allow }'), 'policy-value at 5:14'],
    [
      'a value in place of a matcher',
      crm('tools: { write: { arguments: { path: /srv } } }'),
      'policy-value at 5:42',
      'must be a map',
    ],
    ['a list', crm('tools: [write]'), 'policy-value at 5:12', 'must be a map, not a list'],
  ]);
});

describe('`prompts`, `resources` and `client`', () => {
  testRows([
    ['a prompt', crm('prompts: { review: allow, "*": deny }'), 'not-enforced-yet at 5:5'],
    ['a prompt with another verdict', crm('prompts: { review: maybe }'), 'policy-value at 5:24', 'one of allow, deny'],
    ['a resource', crm('resources: { "file:///srv/*": allow }'), 'not-enforced-yet at 5:5'],
    ['a resource on conditions', crm('resources: { "*": { confirm: true } }'), 'policy-value at 5:23'],
    ['a resource to confirm', crm('resources: { "*": confirm }'), 'policy-value at 5:23', 'one of allow, deny'],
    [
      'what the server may ask',
      crm('client: { sampling: deny, elicitation: allow, roots: confirm, logging: allow }'),
      'not-enforced-yet at 5:5',
    ],
    [
      'what it may ask, in another word',
      crm('client: { sampling: dney }'),
      'policy-value at 5:25',
      'did you mean `deny`?',
    ],
    [
      'what nobody asks',
      crm('client: { sampling: deny, completion: allow }'),
      'policy-unknown-key at 5:31',
      'known here: sampling',
    ],
  ]);
});
