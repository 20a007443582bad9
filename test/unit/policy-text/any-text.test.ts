import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLayer } from '../../../src/policy-text/compile.ts';
import { expectPlaced, expectReadable, READERS } from '../../kit/readable.ts';
import { runs, timeFor } from '../../kit/runs.ts';

const VALID = `version: 1
programPath: [/usr/bin]
servers:
  crm:
    command: /opt/acme/bin/crm
    args: ["--quiet", x]
    env: { LOG_LEVEL: warn }
    pass: [TZ, "REGION?"]
    files: { read: [~/notes], write: [/srv/data] }
    unsafe: [host-network]
`;

describe('never throws, and every finding has a place inside the text', () => {
  const ROUNDS = runs(0.04);

  // What the parser reads as one word over several lines counts as several lines all the same.
  test.each(['version: 1\na: { b: [x]", c: 1 }\nd: 1\nservers: {}\n', '*\n:{\n<<: ', 'a:\n]  b: /x\n  c: [y]\n'])(
    '%j',
    expectReadable,
  );

  test('whatever the bytes', timeFor(ROUNDS), () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectReadable(Buffer.from(bytes).toString())),
      ROUNDS,
    );
  });

  test('whatever of YAML’s own signs', timeFor(ROUNDS), () => {
    const sign = fc.constantFrom(
      ...'\n\r\t :-?[]{},&*!|>\'"%@`#~<=ab1.'.split(''),
      '\n  ',
      ': ',
      '- ',
      '<<: ',
      '!!',
      '\\x',
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 40 }), (signs) => expectReadable(signs.join(''))),
      ROUNDS,
    );
  });

  test('whatever stands in the place of a piece of a valid policy', timeFor(ROUNDS), () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('', '\n', ': ', '[', '{', '&a ', '*a', '!!int ', '__proto__', '<<', 'null', '0', '---\n', '"'),
    );
    const span = fc.tuple(fc.nat({ max: VALID.length }), fc.nat({ max: 12 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(span, piece), { minLength: 1, maxLength: 4 }), (edits) => {
        expectReadable(
          edits.reduce(
            (text, [[start, length], put]) => text.slice(0, start) + put + text.slice(start + length),
            VALID,
          ),
        );
      }),
      ROUNDS,
    );
  });

  test('whatever values its keys have', timeFor(ROUNDS), () => {
    const key = fc.constantFrom(
      'command',
      'args',
      'sha256',
      'env',
      'pass',
      'cwd',
      'files',
      'network',
      'unsafe',
      'tools',
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 })), (server) => {
        expectReadable(JSON.stringify({ version: 1, servers: { crm: server } }, null, 2));
      }),
      ROUNDS,
    );
  });
});

/** Much longer than any of these takes on a busy machine, much shorter than any of them could. */
const BOUND = 60_000;

const MIB = 2 ** 20;
const crm = (keys: string): string => `version: 1\nservers:\n  crm: { command: node, ${keys} }\n`;
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join('');

describe('what grows when it is read is refused while it is small', () => {
  test.each([
    ['aliases of aliases', `a: &a-1 [x]\n${times(40, (at) => `a${at}: &a${at} [*a${at - 1}, *a${at - 1}]\n`)}`],
    ['an alias of itself', 'a: &a [*a]\n'],
    ['merges of merges', `a: &a { b: c }\n${times(1000, () => '<<: *a\n')}`],
    ['ten thousand keys', `version: 1\nservers: {}\n${times(10_000, (at) => `k${at}: 1\n`)}`],
    ['ten thousand keys of one name', `version: 1\nservers: {}\n${'k: 1\n'.repeat(10_000)}`],
    ['ten thousand faults', `version: 1\nservers:\n${times(10_000, (at) => `  S${at}: 1\n`)}`],
    ['ten thousand faults of one list', crm(`network: [${'a..b, '.repeat(10_000)}]`)],
    ['ten thousand anchors', `a: [${times(10_000, (at) => `&a${at} 1, `)}]`],
    ['lists in lists', `version: 1\nservers: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    ['maps in maps', `version: 1\nservers: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`],
    ['lists in lists that do not end', '['.repeat(MIB)],
    ['lists that end and did not begin', ']\n'.repeat(MIB / 16)],
    ['blocks in blocks', times(1400, (at) => `${' '.repeat(at)}a:\n`)],
    ['items in items', '- '.repeat(MIB / 2)],
    ['keys in keys', '? '.repeat(MIB / 8)],
    ['a long key', `version: 1\nservers: {}\n${'k'.repeat(MIB)}: 1\n`],
    ['a long key of a list of keys', `version: 1\nservers: {}\n${times(1000, (at) => `${'k'.repeat(900)}${at}: 1\n`)}`],
    ['a long number', `version: ${'9'.repeat(MIB)}\nservers: {}\n`],
    ['a long number of sixteens', `version: 0x${'f'.repeat(MIB)}\nservers: {}\n`],
    ['a long host', crm(`network: ["${'a.'.repeat(MIB / 2)}"]`)],
    ['a long address', crm(`network: ["[${'a:'.repeat(MIB / 2)}]"]`)],
    ['a long path', crm(`files: { read: ["${'/..'.repeat(MIB / 3)}"] }`)],
    ['a long way below the home', crm(`state: ["${'a/'.repeat(MIB / 2)}"]`)],
    ['a long hash', crm(`cwd: /, sha256: "${'a'.repeat(MIB)}"`)],
    ['a long pattern of a name', crm(`tools: { "${'*'.repeat(MIB)}": allow }`)],
    ['a long expression', crm(`args: [{ match: "${'(x*)*'.repeat(MIB / 5)}" }]`)],
    ['a long tag', `a: ${'!'.repeat(MIB)}`],
    ['tags of tags', `a: ${'!b '.repeat(MIB / 16)}`],
    ['a long text', `a: |\n${' x\n'.repeat(MIB / 3)}`],
    ['a long text of wrong signs', `a: "${'\\q'.repeat(MIB / 16)}"`],
    ['a long text that does not end', `a: "${'b\n'.repeat(MIB / 2)}`],
    ['many documents', '---\na: b\n'.repeat(MIB / 9)],
    ['many directives', '%X\n'.repeat(MIB / 24)],
    ['colons', ': '.repeat(MIB / 8)],
    ['tabs', '\t'.repeat(MIB)],
  ])('%s', { timeout: BOUND }, (_title, text) => {
    expect(text.length).toBeLessThan(1.01 * MIB);
    const decision = READERS.user(text);
    expect(decision.allowed).toBe(false);
    expectPlaced(decision, text);
  });

  test.each([
    ['a thousand servers', times(1000, (at) => `  s${at}: { command: node, args: [/srv/${at}.js] }\n`)],
    ['a MiB of notes', `  s: node\n${'#\n'.repeat(MIB / 2 - 100)}`],
    ['a MiB of nothing', `  s: node\n${' '.repeat(MIB - 100)}`],
  ])('and %s is no bomb', { timeout: BOUND }, (_title, servers) => {
    expect(READERS.user(`version: 1\nservers:\n${servers}`).allowed).toBe(true);
  });

  // Counted repetitions are written out by the engine, 1,000 of each at most.
  test.each([
    ['x{0,1000}', 1000],
    ['(?i)[a-z]{0,1000}', 500],
    ['[\\pL\\pN\\pS]{1000}', 500],
    ['((((((((x*)*)*)*)*)*)*)*)*', 1000],
    ['x*'.repeat(450), 50],
    ['(?:x{1,10}){1,100}', 1000],
    [`${'('.repeat(450)}${')'.repeat(450)}`, 50],
  ])('nor is the expression %s, %i times', { timeout: BOUND }, async (expression, count) => {
    const text = crm(`args: [${`{ match: '${expression}' }, `.repeat(count)}]`);
    expectPlaced(await compileLayer('user', [{ file: 'p.yaml', text }]), text);
  });
});

/** More at once than anyone mends at once. */
const MOST = 50;

describe('of thousands of faults, those are told that are mended at once', () => {
  test.each([
    ['signs that no text has', `a: "${'\\q'.repeat(1000)}"`],
    ['anchors', `a: [${times(1000, (at) => `&a${at} 1, `)}]`],
    ['ids that are none', `version: 1\nservers:\n${times(1000, (at) => `  S${at}: node\n`)}`],
    ['hosts that are none', crm(`network: [${'a..b, '.repeat(1000)}]`)],
    ['unknown keys', `version: 1\nservers: {}\n${times(1000, (at) => `k${at}: 1\n`)}`],
    [
      'unknown keys, some in each server',
      `version: 1\nservers:\n${times(60, (at) => `  s${at}: { command: node, ${times(60, (key) => `k${key}: 1, `)} }\n`)}`,
    ],
    ['commands that are none', `version: 1\nservers:\n${times(1000, (at) => `  s${at}: a b\n`)}`],
    ['arguments from the home', crm(`args: [${'~/x, '.repeat(1000)}]`)],
    ['keys that mean nothing', crm(`files: {}, unsafe: [${'no-sandbox, '.repeat(1000)}]`)],
    ['expressions that are none', crm(`args: [${'{ match: "(" }, '.repeat(1000)}]`)],
  ])('%s', async (_title, text) => {
    const layer = await compileLayer('user', [{ file: 'p.yaml', text }]);
    expect(layer.allowed ? 0 : layer.findings.length).toBe(MOST);
  });

  // The parser takes as many as a file can hold, and what comes after it would give up in ways of its own.
  test.each([
    ['hosts', crm(`network: [${'a..b, '.repeat(150_000)}]`)],
    ['keys of one name', `version: 1\nservers: {}\n${'k: 1\n'.repeat(200_000)}`],
    ['servers', `version: 1\nservers: {${times(40_000, (at) => `s${at}: node, `)}}`],
  ])('of %s beyond all measure, one is told', { timeout: BOUND }, (_title, text) => {
    const layer = READERS.user(text);
    expect(layer.allowed ? [] : layer.findings.map(({ message }) => message)).toEqual([
      'this has more items than any policy',
    ]);
  });
});
