import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusal, warning, type Finding, type Place } from '../../../src/finding/finding.ts';
import { sarif } from '../../../src/render/sarif.ts';
import { REPOSITORY } from '../../kit/command.ts';

const OPTIONS = {
  version: '0.1.0',
  root: '/work/app',
  subject: '/work/app/policy.yaml',
  sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
};

const AT: Place = { file: '/work/app/policy.yaml', line: 14, column: 12, length: 11 };
const MANAGED: Place = { file: '/etc/mcp-secure-run/policy.yaml', line: 3, column: 5, length: 4 };

/** What of a log these tests look at. */
interface Log {
  runs: [{ tool: { driver: { rules: { id: string }[] } }; results: Result[] }];
}
interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: Location[];
  relatedLocations: (Location & { id: number; message: { text: string } })[];
  partialFingerprints: Record<string, string>;
}
interface Location {
  physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
}

function run(...findings: Finding[]): Log['runs'][0] {
  return (JSON.parse(sarif(findings, OPTIONS)) as Log).runs[0];
}

function first(finding: Finding): Result {
  const [only] = run(finding).results;
  if (!only) throw new Error('no result');
  return only;
}

function fingerprints(...findings: Finding[]): string[] {
  return run(...findings).results.map(({ partialFingerprints }) => partialFingerprints['findingHash/v1'] ?? '');
}

const uri = (file: string): string | undefined =>
  first(refusal('usage', 'm', 'h', { ...AT, file })).locations[0]?.physicalLocation.artifactLocation.uri;

test('a log is one run', () => {
  const related = { message: 'the managed policy says so', place: MANAGED };
  const log: unknown = JSON.parse(sarif([warning('narrowed', '`crm` reads less', 'ask', AT, related)], OPTIONS));
  expect(log).toEqual({
    version: '2.1.0',
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    runs: [
      {
        tool: {
          driver: {
            name: 'mcp-secure-run',
            semanticVersion: '0.1.0',
            rules: [
              {
                id: 'narrowed',
                shortDescription: { text: 'narrowed' },
                fullDescription: { text: 'narrowed: see docs/findings/narrowed.md' },
                help: { text: 'what it means and what to do: docs/findings/narrowed.md' },
              },
            ],
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [
          {
            ruleId: 'narrowed',
            ruleIndex: 0,
            level: 'warning',
            message: { text: '`crm` reads less\n[the managed policy says so](1)\nhint: ask' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'policy.yaml' },
                  region: { startLine: 14, startColumn: 12, endLine: 14, endColumn: 23 },
                },
              },
            ],
            relatedLocations: [
              {
                id: 1,
                message: { text: 'the managed policy says so' },
                physicalLocation: {
                  artifactLocation: { uri: 'file:///etc/mcp-secure-run/policy.yaml' },
                  region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 9 },
                },
              },
            ],
            partialFingerprints: {
              'findingHash/v1': `${OPTIONS.sha256('["narrowed","policy.yaml","`crm` reads less"]')}:1`,
            },
          },
        ],
      },
    ],
  });
});

test('the rules are those that are used, once each, sorted; a result points at its own', () => {
  const { tool, results } = run(
    refusal('usage', 'a', 'h'),
    refusal('env-missing', 'b', 'h', AT),
    refusal('usage', 'c', 'h'),
  );
  const { rules } = tool.driver;
  expect(rules.map(({ id }) => id)).toEqual(['env-missing', 'usage']);
  expect(results.map(({ ruleIndex }) => rules[ruleIndex]?.id)).toEqual(results.map(({ ruleId }) => ruleId));
});

test('nothing found is a list of nothing, which closes what was open', () => {
  expect(run()).toMatchObject({ tool: { driver: { rules: [] } }, results: [] });
});

test('a finding without a place stands at the beginning of what was checked', () => {
  expect(first(refusal('usage', 'm', 'h')).locations).toEqual([
    {
      physicalLocation: {
        artifactLocation: { uri: 'policy.yaml' },
        region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
      },
    },
  ]);
});

describe('a file is an address', () => {
  test.each([
    ['below the root, relative', '/work/app/a/policy.yaml', 'a/policy.yaml'],
    ['below the root, with what looks like a scheme', '/work/app/http:/x', 'http%3A/x'],
    ['elsewhere, absolute', '/etc/policy.yaml', 'file:///etc/policy.yaml'],
    ['beside the root, with a longer name', '/work/app-evil/p', 'file:///work/app-evil/p'],
    ['relative already', 'a/policy.yaml', 'a/policy.yaml'],
    ['with spaces, percents, queries and fragments', '/work/app/a b%20?#.yaml', 'a%20b%2520%3F%23.yaml'],
    ['with letters of any script', '/work/app/日.yaml', '%E6%97%A5.yaml'],
    ['with what hides', '/work/app/a\u202E\n.yaml', 'a%E2%80%AE%0A.yaml'],
    ['with half of a character', '/work/app/a\uD800', 'a%EF%BF%BD'],
  ])('%s', (_title, file, expected) => {
    expect(uri(file)).toBe(expected);
  });
});

describe('a fingerprint', () => {
  const [mine] = fingerprints(refusal('env-missing', 'm', 'h', AT));

  test.each([
    ['the line moves', refusal('env-missing', 'm', 'h', { ...AT, line: 99, column: 1, length: 3 }), true],
    ['the hint is said better', refusal('env-missing', 'm', 'other', AT), true],
    ['the message is another', refusal('env-missing', 'n', 'h', AT), false],
    ['the file is another', refusal('env-missing', 'm', 'h', { ...AT, file: '/work/app/b.yaml' }), false],
    ['the ident is another', refusal('env-loader', 'm', 'h', AT), false],
  ])('where %s', (_title, finding, isSame) => {
    expect(fingerprints(finding)[0] === mine).toBe(isSame);
  });

  test('is the same wherever the repository lies', () => {
    const file = '/home/ann/app/policy.yaml';
    const log = sarif([refusal('env-missing', 'm', 'h', { ...AT, file })], { ...OPTIONS, root: '/home/ann/app' });
    expect(log).toContain(`"${mine}"`);
  });

  test('keeps two apart that say the same', () => {
    const twice = fingerprints(
      refusal('env-missing', 'm', 'h', AT),
      refusal('env-missing', 'm', 'h', { ...AT, line: 20 }),
    );
    expect(twice).toEqual([mine, mine?.replace(/:1$/, ':2')]);
  });
});

describe('a message is text: no link, no placeholder, nothing that hides', () => {
  test.each([
    ['brackets and braces that mean nothing stay', 'allow: [{ path: read }]', 'allow: [{ path: read }]'],
    ['a link', '[click](https://example.org)', '\\[click\\](https://example.org)'],
    ['a link whose end is escaped', '[click\\](https://example.org)', '\\[click\\\\\\](https://example.org)'],
    ['a link to a place', '[click](1)', '\\[click\\](1)'],
    ['a placeholder', 'a {0} b {x}', 'a {{0}} b {{x}}'],
    ['an escape sequence', '\x1b[2J', '\\u{1b}[2J'],
    ['a turn of direction', 'a\u202Eb', 'a\\u{202e}b'],
    ['a tab, which is shown as a placeholder would be', 'a\tb', 'a\\u{{9}}b'],
    ['half of a character, which would spoil the log', 'a\uD800b', 'a\\u{d800}b'],
  ])('%s', (_title, evil, shown) => {
    const { message, relatedLocations } = first(warning('narrowed', evil, evil, AT, { message: evil, place: MANAGED }));
    const lines = message.text.split('\n');
    expect([lines[0], lines[2], relatedLocations[0]?.message.text]).toEqual([shown, `hint: ${shown}`, shown]);
  });

  test('the words of a link of ours end where we end it', () => {
    const related = { message: 'see](https://example.org) [\\', place: MANAGED };
    const { message } = first(warning('narrowed', 'm', 'h', AT, related));
    expect(message.text).toBe('m\n[see\\](https://example.org) \\[\\\\](1)\nhint: h');
  });

  test('whatever is said, the only links are ours', () => {
    const parts = fc.array(fc.constantFrom('[', ']', '(', ')', '\\', '](', 'a', '1', '\n'), { maxLength: 12 });
    const said = parts.map((some) => some.join(''));
    fc.assert(
      fc.property(said, said, said, (message, hint, other) => {
        const { text } = first(warning('narrowed', message, hint, AT, { message: other, place: MANAGED })).message;
        expect(linksOf(text)).toEqual(['1']);
      }),
    );
  });
});

describe('every log is SARIF 2.1.0', () => {
  // Version 2.1.0-rtm.5 of the JSON Schema Store, as the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) ships it.
  // It is of draft 4, of which it uses nothing but `id` that later ones read in another way.
  const {
    $schema: _draft,
    id: _id,
    ...schema
  } = JSON.parse(readFileSync(`${REPOSITORY}/fixtures/schemas/sarif-2.1.0.json`, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  ajv.addFormat('uri', (text) => URL.canParse(text));
  ajv.addFormat('uri-reference', (text) => /^(?:[\w.~!$&'()*+,;=:@/?#-]|%[\dA-F]{2})*$/.test(text));
  ajv.addFormat('date-time', true);
  const isSarif = ajv.compile(schema);

  const text = fc.string({ unit: 'binary' });
  const place = fc.record({
    file: fc.oneof(
      text,
      text.map((name) => `/${name}`),
      text.map((name) => `/work/app/${name}`),
    ),
    line: fc.integer({ min: 1, max: 9999 }),
    column: fc.integer({ min: 1, max: 9999 }),
    length: fc.nat(999),
  });
  const finding: fc.Arbitrary<Finding> = fc.record(
    {
      ident: fc.constantFrom('usage', 'narrowed', 'env-missing'),
      severity: fc.constantFrom('error', 'warning'),
      message: text,
      hint: text,
      place,
      related: fc.array(fc.record({ message: text, place }), { maxLength: 3 }),
    },
    { requiredKeys: ['ident', 'severity', 'message', 'hint'] },
  );

  test('whatever was found', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 4 }), (findings) => {
        const log = sarif(findings, OPTIONS);
        expect(isSarif(JSON.parse(log)), JSON.stringify(isSarif.errors)).toBe(true);
        expect(log.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(log).not.toMatch(/\\ud[89a-f]/i);
      }),
    );
  });

  test.each<[title: string, spoil: (result: Result) => unknown]>([
    ['a level of another name', (result) => (result.level = 'fatal')],
    ['a line 0', ({ locations }) => locations.map((at) => (at.physicalLocation.region.startLine = 0))],
    [
      'a file that is no address',
      ({ locations }) => locations.map((at) => (at.physicalLocation.artifactLocation.uri = 'a b')),
    ],
    ['a member of its own', (result) => Object.assign(result, { hint: 'h' })],
  ])('or this test would see it: %s', (_title, spoil) => {
    const log = JSON.parse(sarif([refusal('usage', 'm', 'h', AT)], OPTIONS)) as Log;
    expect(isSarif(log)).toBe(true);
    log.runs[0].results.map(spoil);
    expect(isSarif(log)).toBe(false);
  });
});

/** Where the links of a plain text message lead: words in brackets, of which escaped ones are no end, and an address. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\[(?:\\.|[^\\[\]])*\]\(([^)]*)\)/gs)].map(([, address]) => address ?? '');
}
