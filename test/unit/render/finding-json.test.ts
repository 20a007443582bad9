import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusal, warning, type Place } from '../../../src/finding/finding.ts';
import { documentJson, findingJson } from '../../../src/render/finding-json.ts';

const AT: Place = { file: '/home/ann/policy.yaml', line: 14, column: 12, length: 11 };

describe('a finding is published in the shape of version 1', () => {
  test('with all that it can have', () => {
    const managed = { message: 'narrowed here', place: { ...AT, file: '/etc/mcp-secure-run/policy.yaml' } };
    const finding = warning('narrowed', '`crm` may read less', 'ask for more', AT, managed);
    expect(documentJson({ findings: [findingJson(finding)] })).toBe(`{
  "version": 1,
  "findings": [
    {
      "ident": "narrowed",
      "severity": "warning",
      "message": "\`crm\` may read less",
      "hint": "ask for more",
      "place": {
        "file": "/home/ann/policy.yaml",
        "line": 14,
        "column": 12,
        "length": 11
      },
      "related": [
        {
          "message": "narrowed here",
          "place": {
            "file": "/etc/mcp-secure-run/policy.yaml",
            "line": 14,
            "column": 12,
            "length": 11
          }
        }
      ],
      "page": "docs/findings/narrowed.md"
    }
  ]
}
`);
  });

  test('with every member, where it has no place', () => {
    expect(findingJson(refusal('usage', 'm', 'h'))).toEqual({
      ident: 'usage',
      severity: 'error',
      message: 'm',
      hint: 'h',
      place: null,
      related: [],
      page: 'docs/findings/usage.md',
    });
  });

  test('without what is added to ours', () => {
    const ours = { ...refusal('usage', 'm', 'h', { ...AT, ...{ offset: 7 } }), ...{ internal: true } };
    const { place, ...others } = findingJson(ours);
    expect(place).toEqual(AT);
    expect(Object.keys(others)).not.toContain('internal');
  });
});

test('members stand as they were given, after the version', () => {
  const text = documentJson({ decision: 'deny', server: 'crm', digest: 'd', findings: [] });
  expect(text).toBe(
    '{\n  "version": 1,\n  "decision": "deny",\n  "server": "crm",\n  "digest": "d",\n  "findings": []\n}\n',
  );
});

describe('what is for people is printable, and a file stays what it is', () => {
  test.each([
    ['an escape sequence', '\x1b[2J', '\\u{1b}[2J'],
    ['a line', 'a\nb', 'a\\u{a}b'],
    ['a turn of direction', 'a\u202Eb', 'a\\u{202e}b'],
    ['a tag', 'a\u{E0041}b', 'a\\u{e0041}b'],
    ['half of a character', 'a\uD800b', 'a\\u{d800}b'],
    ['what can be seen', 'naïve 日本 👍', 'naïve 日本 👍'],
  ])('%s', (_title, evil, shown) => {
    const at = { ...AT, file: evil };
    const published = findingJson(warning('narrowed', evil, evil, at, { message: evil, place: at }));
    expect(published).toMatchObject({
      message: shown,
      hint: shown,
      place: at,
      related: [{ message: shown, place: at }],
    });
  });
});

describe('a document, whatever is in it', () => {
  const members = fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== 'version'),
    fc.jsonValue({ stringUnit: 'binary' }),
  );

  test('parses back equal', () => {
    fc.assert(
      fc.property(members, (given) => {
        const plain: unknown = JSON.parse(JSON.stringify({ version: 1, ...given }));
        expect(JSON.parse(documentJson(given))).toEqual(plain);
      }),
    );
  });

  test('hides nothing on a terminal, and ends with its only newline outside of the layout', () => {
    fc.assert(
      fc.property(members, (given) => {
        const text = documentJson(given);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(text).toMatch(/\}\n$/);
      }),
    );
  });

  test.each([
    ['DEL, which JSON leaves as it is', '\x7F', '\\u007f'],
    ['a C1 control', '\x9B', '\\u009b'],
    ['a turn of direction', '\u202E', '\\u202e'],
    ['a tag, in two units', '\u{E0041}', '\\udb40\\udc41'],
    ['a newline', '\n', '\\n'],
  ])('writes %s as an escape', (_title, raw, escaped) => {
    expect(documentJson({ file: raw })).toBe(`{\n  "version": 1,\n  "file": "${escaped}"\n}\n`);
  });
});
