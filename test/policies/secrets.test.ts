import { describe } from 'vitest';
import { crm, testRows } from '../kit/verdict.ts';

// Nothing is asked for here: whether a store has the value is known at the start alone.

describe('`secrets`', () => {
  testRows([
    ['none', crm('secrets: {}'), 'starts'],
    ['by a reference', crm('secrets: { TOKEN: "keyring:crm" }'), 'starts'],
    [
      'by every store',
      crm(
        'secrets: { A: "env:A", B: "file:/etc/token", C: "dotenv:~/.env#C", D: "keyring:crm/anna", E: "op://v/i/f", F: "bw:crm#pin", G: "pass:work/crm", H: "vault:secret/crm#token", I: "sops:keys.yaml#crm/token", J: "aws-sm:crm#token", K: "gcp-sm:projects/acme/secrets/crm", L: "az-kv:acme-vault/crm" }',
      ),
      'starts',
    ],
    ['as a file', crm('secrets: { TOKEN: { from: "op://v/crm/token", as: file, optional: true } }'), 'starts'],
    ['by a command', crm('secrets: { TOKEN: { cmd: [/usr/bin/pass, show, crm] } }'), 'starts'],
    [
      'in `initialize`',
      crm('secrets: { TOKEN: { from: "env:T", as: initialize } }'),
      'not-enforced-yet at 5:44',
      '`secrets: as: initialize` is not enforced',
    ],
    ['in each request', crm('secrets: { TOKEN: { from: "env:T", as: request } }'), 'not-enforced-yet at 5:44'],
    [
      'as a file, without a sandbox',
      crm('secrets: { TOKEN: { from: "env:T", as: file } }', 'unsafe: [no-sandbox]'),
      'secret-file at 5:16',
      'write `as: env`',
    ],
    ['the secret itself', crm('secrets: { TOKEN: hunter22 }'), 'policy-value at 5:23', 'never the secret itself'],
    ['by a store that nobody knows', crm('secrets: { TOKEN: "lastpass:crm" }'), 'policy-value at 5:23'],
    ['by a command that is looked for', crm('secrets: { TOKEN: { cmd: [pass, show, crm] } }'), 'policy-value at 5:30'],
    ['by a path that leads upward', crm('secrets: { TOKEN: "file:../token" }'), 'policy-value at 5:23'],
    [
      'given in a way that there is none',
      crm('secrets: { TOKEN: { from: "env:T", as: fiel } }'),
      'policy-value at 5:44',
      'did you mean `file`?',
    ],
    ['a list', crm('secrets: [TOKEN]'), 'policy-value at 5:14', 'must be a map, not a list'],
    ['under a name that is none', crm('secrets: { "MY TOKEN": "keyring:crm" }'), 'policy-value at 5:16'],
    ['under a name that is ours', crm('secrets: { PATH: "env:A" }'), 'env-reserved at 5:16'],
    ['under a name that makes programs load code', crm('secrets: { NODE_OPTIONS: "env:A" }'), 'env-loader at 5:16'],
    [
      'under a name that has a value',
      crm('env: { A: x }', 'pass: [B]', 'secrets: { A: "env:A", B: "env:B" }'),
      'env-missing at 6:12, env-twice at 7:16, env-twice at 7:28',
    ],
  ]);
});
