import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Finding } from '../../../src/finding/finding.ts';
import { jsonSchema } from '../../../src/policy-text/json-schema.ts';
import { parseLayer, parseProject } from '../../../src/policy-text/parse-policy.ts';
import type { Layer } from '../../../src/policy/policy.ts';
import { REPOSITORY } from '../../kit/command.ts';
import { JsonSchema } from '../../kit/from-json-schema.ts';
import { replaceAt } from '../../kit/replace-at.ts';
import { runs, timeFor } from '../../kit/runs.ts';

const policy = new JsonSchema(jsonSchema('policy'));
const project = new JsonSchema(jsonSchema('project'));

test.each([
  ['policy', policy],
  ['project', project],
] as const)('the published schema of a %s is the one of the source', (of, schema) => {
  expect(JSON.parse(readFileSync(`${REPOSITORY}/schema/${of}.schema.json`, 'utf8'))).toEqual(schema.root);
});

describe.each([
  ['policy', policy],
  ['project', project],
] as const)('in the schema of a %s', (_of, schema) => {
  const keys = [...partsOf(schema.root, '#')].filter(([pointer]) => /\/properties\/[^/]+$/.test(pointer));

  test.each(keys)('%s says what it is', (pointer, part) => {
    // What stands within a list or a form is said with it.
    if (!/\/(?:items|anyOf)\//.test(pointer)) expect(part['description']).toMatch(/^[`A-Z].*\.$/);
  });

  test.each([...partsOf(schema.root, '#')].filter(([, part]) => Array.isArray(part['examples'])))(
    'the example of %s is right',
    (pointer, part) => {
      const accepts = schema.at(pointer);
      for (const example of part['examples'] as unknown[]) expect([example, accepts(example)]).toEqual([example, true]);
    },
  );
});

/** The keys of a server, in YAML’s flow style. */
const crm = (keys: string): string => `version: 1\nservers:\n  crm: { command: node, ${keys} }\n`;

describe('what an editor marks, `check` refuses, with a place', () => {
  test.each([
    ['no version', 'servers: {}'],
    ['another version', 'version: 2\nservers: {}'],
    ['a version in quotes', 'version: "1"\nservers: {}'],
    ['a key that nobody knows', 'version: 1\nservers: {}\nsevers: {}'],
    ['a list of servers', 'version: 1\nservers: []'],
    ['servers that are empty', 'version: 1\nservers:'],
    ['an id in capitals', 'version: 1\nservers: { CRM: node }'],
    ['an id with a slash', 'version: 1\nservers: { "a/b": node }'],
    ['an id of 65 characters', `version: 1\nservers: { ${'x'.repeat(65)}: node }`],
    ['a server that is a number', 'version: 1\nservers: { crm: 5 }'],
    ['a server that is empty text', 'version: 1\nservers: { crm: "" }'],
    ['a server without `command`', 'version: 1\nservers: { crm: { args: [] } }'],
    ['a list as `command`', 'version: 1\nservers: { crm: { command: [node] } }'],
    ['an empty `command`', 'version: 1\nservers: { crm: { command: "" } }'],
    ['a word for nothing in a list', 'version: 1\nservers: {}\nprogramPath: [bin]'],
    ['text where `programPath` is a list', 'version: 1\nservers: {}\nprogramPath: /usr/bin'],
    ['a number as `runAs`', 'version: 1\nservers: {}\nrunAs: 0'],
    ['an account with a colon', 'version: 1\nservers: {}\nrunAs: "a:b"'],
    ['`defaults` with a `command`', 'version: 1\nservers: {}\ndefaults: { command: node }'],
    ['`defaults` with `unsafe`', 'version: 1\nservers: {}\ndefaults: { unsafe: [unlocked] }'],
    ['`defaults` with `secrets`', 'version: 1\nservers: {}\ndefaults: { secrets: { A: "env:A" } }'],
    ['a proxy with a password', 'version: 1\nservers: {}\negress: { proxy: "http://ann:pw@proxy:3128" }'],
    ['a proxy that is no http', 'version: 1\nservers: {}\negress: { proxy: "socks5://proxy:1080" }'],
    ['`audit` that is a word', 'version: 1\nservers: {}\naudit: full'],
    ['`audit` of a level that there is not', 'version: 1\nservers: {}\naudit: { arguments: some }'],
    ['`lockdown` that is false', 'version: 1\nservers: {}\nlockdown: false'],
    ['a ceiling with a bare name', 'version: 1\nservers: {}\nceiling: { command: [node] }'],
    ['a ceiling that gives up nonsense', 'version: 1\nservers: {}\nceiling: { unsafe: [all] }'],
    ['a ceiling with `env`', 'version: 1\nservers: {}\nceiling: { env: { A: x } }'],
    ['a key in another case', crm('Args: []')],
    ['text where `args` is a list', crm('args: "--quiet"')],
    ['a number in `args`', crm('args: [1]')],
    ['a slot that says nothing', crm('args: [{}]')],
    ['a slot of a mode that there is not', crm('args: [{ path: execute }]')],
    ['a slot with `optional: false`', crm('args: [{ path: read, optional: false }]')],
    ['a slot with `optional` and `default`', crm('args: [{ equals: a, optional: true, default: a }]')],
    ['a slot with `rest` and more', crm('args: [{ rest: { path: read }, path: read }]')],
    ['a slot with `each`', crm('args: [{ each: { path: read } }]')],
    ['a matcher within that says nothing', crm('args: [{ rest: {} }]')],
    ['one end of a range', crm('args: [{ integer: [1] }]')],
    ['three ends of a range', crm('args: [{ integer: [1, 2, 3] }]')],
    ['a range of fractions', crm('args: [{ integer: [0.5, 2] }]')],
    ['an empty regular expression', crm('args: [{ match: "" }]')],
    ['a regular expression of 1,001 characters', crm(`args: [{ match: ${'x'.repeat(1001)} }]`)],
    ['a length below nothing', crm('args: [{ maxLength: -1 }]')],
    ['one of nothing', crm('args: [{ oneOf: [] }]')],
    ['one of a list', crm('args: [{ oneOf: [[a]] }]')],
    ['`host: false`', crm('args: [{ host: false }]')],
    ['a hash of 63 digits', crm(`sha256: ${'a'.repeat(63)}`)],
    ['a hash in capitals', crm(`sha256: ${'A'.repeat(64)}`)],
    ['a variable that is a number', crm('env: { A: 1 }')],
    ['a variable that starts with a digit', crm('env: { 1A: x }')],
    ['a list of variables with values', crm('env: [A]')],
    ['a passed name with a space', crm('pass: ["A B"]')],
    ['a passed name with two question marks', crm('pass: ["A??"]')],
    ['two passed names in one map', crm('pass: [{ A: { equals: x }, B: { equals: y } }]')],
    ['no passed name in a map', crm('pass: [{}]')],
    ['a passed name with a word', crm('pass: [{ A: x }]')],
    ['a directory that is relative', crm('cwd: here')],
    ['state at the root', crm('state: [/data]')],
    ['state above the home', crm('state: [../data]')],
    ['state that ends in a slash', crm('state: [data/]')],
    ['a grant that is relative', crm('files: { read: [data] }')],
    ['a grant in the home of another', crm('files: { read: [~bob/x] }')],
    ['a grant of a mode that there is not', crm('files: { execute: [/srv] }')],
    ['an empty glob', crm('files: { hide: [""] }')],
    ['a network of a word that is none', crm('network: some')],
    ['an empty host', crm('network: [""]')],
    ['a size without a unit', crm('limits: { memory: 512 }')],
    ['a size in MB', crm('limits: { memory: 512MB }')],
    ['a size of nothing', crm('limits: { memory: 0MiB }')],
    ['a time with a fraction', crm('limits: { idle: 1.5h }')],
    ['a rate without a time', crm('limits: { calls: 60 }')],
    ['a rate per week', crm('limits: { calls: 60/w }')],
    ['a rate of bytes without a size', crm('limits: { bytes: 60/min }')],
    ['no processes', crm('limits: { processes: 0 }')],
    ['half a process', crm('limits: { processes: 0.5 }')],
    ['a limit that there is not', crm('limits: { memroy: 1GiB }')],
    ['a tool that is maybe', crm('tools: { read: maybe }')],
    ['a tool row that says nothing', crm('tools: { read: {} }')],
    ['a tool whose name has a space', crm('tools: { "read file": allow }')],
    ['a tool whose name is too long', crm(`tools: { ${'x'.repeat(129)}: allow }`)],
    ['a tool argument without a matcher', crm('tools: { read: { arguments: { path: read } } }')],
    ['a resource that is confirmed', crm('resources: { "crm://*": confirm }')],
    ['a client that may guess', crm('client: { sampling: maybe }')],
    ['a secret that is written out', crm('secrets: { TOKEN: ghp_0123456789 }')],
    ['a secret from nowhere', crm('secrets: { TOKEN: { as: file } }')],
    ['a secret as an argument', crm('secrets: { TOKEN: { from: "env:T", as: args } }')],
    ['an empty command for a secret', crm('secrets: { TOKEN: { cmd: [] } }')],
    ['an example of a number', crm('examples: { allow: [[1]] }')],
    ['an example of a call without a tool', crm('examples: { deny: [{ arguments: {} }] }')],
    ['what is given up in one word', crm('unsafe: no-sandbox')],
    ['what cannot be given up', crm('unsafe: [all]')],
  ])('%s', (_title, text) => {
    expect(policy.faults(parse(text))).not.toEqual([]);
    expectPlaced(findingsOf('user', text), text);
    expectPlaced(findingsOf('managed', text), text);
  });

  test.each([
    ['no servers', 'version: 1'],
    ['a server that is text', 'version: 1\nservers: { crm: node }'],
    ['a grant', 'version: 1\nservers: { crm: { files: { read: [/srv] } } }'],
    ['a program', 'version: 1\nservers: { crm: { command: node } }'],
    ['what is given up', 'version: 1\nservers: { crm: { unsafe: [no-sandbox] } }'],
    ['a host', 'version: 1\nservers: { crm: { network: any } }'],
    ['a ceiling', 'version: 1\nservers: {}\nceiling: {}'],
  ])('in a project’s file: %s', (_title, text) => {
    expect(project.faults(parse(text))).not.toEqual([]);
    const layer = parseProject({ file: 'p.yaml', text });
    expectPlaced(layer.allowed ? [] : layer.findings, text);
  });
});

describe('what an editor takes, `check` reads', () => {
  test.each([
    ['a policy without a server', 'version: 1\nservers: {}'],
    ['a program alone', 'version: 1\nservers: { crm: node, mail: "npm:mail@1.2.3" }'],
    ['an id of 64 characters', `version: 1\nservers: { ${'x'.repeat(64)}: node }`],
    ['slots', crm('args: [a, { path: write }, { integer: [-1, 1], default: "0" }, { match: x, optional: true }]')],
    ['the last slot', crm('args: [{ rest: { oneOf: [1, a, true] } }]')],
    ['a matcher in a matcher', crm('tools: { a: { arguments: { b: { each: { each: { path: read } } } } } }')],
    ['variables', crm('env: { A: "", _b: x }, pass: [A, "B?", { "C?": { maxLength: 0 } }]')],
    ['directories', crm('cwd: /, state: [data, .cache/x], files: { read: ["~", ~/a b, /], write: [], hide: ["*"] }')],
    ['hosts', crm('network: [a.example, .b.example, "*.c.example:8443", 192.0.2.1, "[2001:db8::1]:5432"]')],
    ['no host', crm('network: []')],
    ['limits', crm('limits: { memory: 1B, processes: 1, cpu: 999999999ms, calls: 1/d, bytes: 999999999999GiB/s }')],
    ['rows', crm('tools: { "*": deny, "a*b": { confirm: false }, "ä": { calls: 1/h, readOnly: true } }, prompts: {}')],
    ['resources and the client', crm('resources: { "file:///*": deny }, client: { roots: confirm }')],
    ['secrets', crm('secrets: { A: "op://v/i/f", B: { from: { cmd: [/x] }, as: request, optional: false } }')],
    ['examples', crm('examples: { allow: [[], [a], { tool: t, arguments: { x: null } }], deny: [] }')],
    ['what is given up', crm('unsafe: [landlock-only, own-sandbox, own-sandbox]')],
    ['the rest', 'version: 1\nservers: {}\ndefaults: {}\nprogramPath: [/]\nrunAs: mcp$\naudit: none\negress: {}'],
    ['records', 'version: 1\nservers: {}\naudit: { dir: /x, arguments: full, keep: 90d, size: 1GiB, anchor: syslog }'],
  ])('%s', (_title, text) => {
    expect(policy.faults(parse(text))).toEqual([]);
    expect(findingsOf('user', text)).toEqual([]);
  });

  test.each([
    ['a ceiling', 'version: 1\nceiling: { command: [/usr, "npm:@a/*"], pass: ["A_*"], network: any, unsafe: [] }'],
    ['a lockdown', 'version: 1\nservers: {}\nlockdown: true'],
  ])('in a managed policy: %s', (_title, text) => {
    expect(policy.faults(parse(text))).toEqual([]);
    expect(findingsOf('managed', text)).toEqual([]);
  });

  /** What no pattern, enumeration or bound says, and the reader does. */
  const BEYOND_THE_SCHEMA: readonly RegExp[] = [
    /^policy-value .* without `\.`, `\.\.`, doubled or trailing slashes$/s,
    /^policy-value `ceiling\.command\[\d+\]` must be an absolute path, or a package$/s, // the same of a path there
    /^policy-value .* must not hold a NUL$/s,
    /^policy-value .* is or contains a place that programs load code or settings from by themselves$/s,
    /^policy-value .* is the server’s working directory, which is always fresh$/s,
    /^policy-value .* is below the server’s home already: leave out the `~`$/s,
    /^policy-value `(?:\w+\.)?network\[\d+\]` /,
    /^policy-value `(?:\w+\.)*files\.hide\[\d+\]` has /,
    /^policy-value .* must be a name, or a pattern with `\*`$/s, // half of a pair of surrogates
    /^policy-value .* must be two whole numbers, the smaller one first$/s,
    /^policy-value .* must say what the argument is to be$/s, // `optional` or `default` alone
    /^policy-value .* is neither an absolute path nor a bare name$/s,
    /^policy-value .* is not expanded: arguments are taken literally$/s,
    /^policy-value `rest` is not the last of `args`$/s,
    /^policy-meaningless /,
    /^policy-value `secrets\.\w+(?:\.from)?(?:\.cmd)?` (?:does not start with the absolute path of a program|has an empty argument|does not read as|has an invisible character)/s,
    /^policy-syntax `(?:constructor|prototype|__proto__|<<)` cannot be a key$/s,
  ];
  const RUNS = runs(0.03);

  test('whatever it is, but for what is listed here', timeFor(RUNS), () => {
    fc.assert(
      fc.property(policy.values(), (value) => {
        const text = JSON.stringify(value, null, 1);
        const beyond = findingsOf('managed', text)
          .map(({ ident, message }) => `${ident} ${message}`)
          .filter((finding) => !BEYOND_THE_SCHEMA.some((rule) => rule.test(finding)));
        expect(beyond, text).toEqual([]);
      }),
      RUNS,
    );
  });

  test('and what the reader takes, an editor does not mark', timeFor(RUNS), () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 1 })), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(policy.values(), edits, (value, replaced) => {
        const text = JSON.stringify(replaced.reduce<unknown>((all, [at, by]) => replaceAt(all, at, by), value));
        if (findingsOf('managed', text).length > 0) return;
        expect(policy.faults(JSON.parse(text)), text).toEqual([]);
      }),
      RUNS,
    );
  });
});

function findingsOf(kind: Layer['kind'], text: string): readonly Finding[] {
  const layer = parseLayer(kind, [{ file: 'p.yaml', text }]);
  return layer.allowed ? [] : layer.findings;
}

function expectPlaced(findings: readonly Finding[], text: string): void {
  expect(findings).not.toEqual([]);
  const lines = text.split('\n');
  for (const { message, place } of findings) {
    const length = lines[(place?.line ?? 0) - 1]?.length ?? -1;
    expect(place?.column, message).toBeLessThanOrEqual(length + 1);
  }
}

/** Every part of a schema that is one, by its pointer. */
function* partsOf(part: unknown, pointer: string): Generator<[pointer: string, part: Record<string, unknown>]> {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return;
  yield [pointer, part as Record<string, unknown>];
  for (const [key, inner] of Object.entries(part)) {
    if (key === 'properties' || key === '$defs')
      for (const [name, one] of Object.entries(inner)) yield* partsOf(one, `${pointer}/${key}/${name}`);
    else if (key === 'items' || key === 'additionalProperties' || key === 'propertyNames')
      yield* partsOf(inner, `${pointer}/${key}`);
    else if (key === 'anyOf' && Array.isArray(inner))
      for (const [index, one] of inner.entries()) yield* partsOf(one, `${pointer}/anyOf/${index}`);
  }
}
