import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLayer } from '../../../src/policy-text/parse-policy.ts';

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

/** Reads a text that anybody may have written: a policy, or findings that each point into it. */
function expectReadable(text: string): void {
  const decision = parseLayer('user', [{ file: 'p.yaml', text }]);
  if (decision.allowed) return;
  expect(decision.findings.length).toBeGreaterThan(0);
  const lines = text.split('\n');
  for (const { message, hint, place } of decision.findings) {
    expect(message && hint, text).not.toBe('');
    expect(place, message).toBeDefined();
    const line = lines[(place?.line ?? 0) - 1];
    expect(line, `${message} at line ${place?.line} of ${lines.length}`).toBeDefined();
    expect(place?.column).toBeGreaterThanOrEqual(1);
    expect(place?.column, `${message} in ${JSON.stringify(line)}`).toBeLessThanOrEqual((line?.length ?? 0) + 1);
    expect(place?.length).toBeGreaterThanOrEqual(1);
  }
}

describe('never throws, and every finding has a place inside the text', () => {
  const ROUNDS = { numRuns: 500 };

  // What the parser reads as one word over several lines counts as several lines all the same.
  test.each(['version: 1\na: { b: [x]", c: 1 }\nd: 1\nservers: {}\n', '*\n:{\n<<: ', 'a:\n]  b: /x\n  c: [y]\n'])(
    '%j',
    expectReadable,
  );

  test('whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectReadable(Buffer.from(bytes).toString())),
      ROUNDS,
    );
  });

  test('whatever of YAML’s own signs', () => {
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

  test('whatever stands in the place of a piece of a valid policy', () => {
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

  test('whatever values its keys have', () => {
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

/** Much longer than any of these takes, much shorter than any of them could. */
const BOUND = 10_000;

describe('what grows when it is read is refused while it is small', () => {
  const doubling = Array.from({ length: 40 }, (_, index) => `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`);
  test.each([
    ['aliases of aliases', `a: &a-1 [x]\n${doubling.join('\n')}\n`],
    ['an alias of itself', 'a: &a [*a]\n'],
    [
      'ten thousand keys',
      `version: 1\nservers: {}\n${Array.from({ length: 10_000 }, (_, index) => `k${index}: 1\n`).join('')}`,
    ],
    [
      'ten thousand faults',
      `version: 1\nservers:\n${Array.from({ length: 10_000 }, (_, index) => `  S${index}: 1\n`).join('')}`,
    ],
    ['lists in lists', `version: 1\nservers: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    ['maps in maps', `version: 1\nservers: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}\n`],
    ['lists in lists that do not end', '['.repeat(50_000)],
    ['blocks in blocks', Array.from({ length: 600 }, (_, index) => `${' '.repeat(index)}a:\n`).join('')],
    ['a long key', `version: 1\nservers: {}\n${'k'.repeat(500_000)}: 1\n`],
  ])(
    '%s',
    (_title, text) => {
      expectReadable(text);
      expect(parseLayer('user', [{ file: 'p.yaml', text }]).allowed).toBe(false);
    },
    BOUND,
  );

  test('and a thousand servers are no bomb', { timeout: BOUND }, () => {
    const servers = Array.from(
      { length: 1000 },
      (_, index) => `  s${index}: { command: node, args: [/srv/${index}.js] }\n`,
    );
    expect(parseLayer('user', [{ file: 'p.yaml', text: `version: 1\nservers:\n${servers.join('')}` }]).allowed).toBe(
      true,
    );
  });
});
