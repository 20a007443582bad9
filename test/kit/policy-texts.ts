import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { REPOSITORY } from './command.ts';

const RECIPES = `${REPOSITORY}/docs/recipes`;

/** Policies as people write them, and one with every key. */
export const VALID: readonly string[] = [
  ...readdirSync(RECIPES).map((name) => readFileSync(`${RECIPES}/${name}`, 'utf8')),
  ...[...readFileSync(`${REPOSITORY}/docs/policy.md`, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
    ([, text = '']) => text,
  ),
];
export const [EVERY_KEY = {}] = VALID.map((text) => parse(text)).filter((policy) => 'egress' in policy);

/** What YAML has beside maps, lists and words, and what other readers read otherwise. */
export const TRICKS = [
  ...['&a ', '*a', '&a [*a]', '<<: *a\n', '<<: { a: b }\n', '!!str ', '!!binary ', '!!set ', '!mine ', '!<tag:x> '],
  ...[
    '|\n  a\n',
    '>-\n  a\n',
    '|9\n a\n',
    '|+\n\n\n',
    '? a\n: b\n',
    '? [a, b]\n: c\n',
    '- - - a\n',
    '{a, b: }',
    '[a: b]',
  ],
  ...[
    '%YAML 1.1\n---\n',
    '%TAG ! x\n---\n',
    '---\n',
    '...\n',
    '--- |\n',
    '# a',
    ' #a',
    '#',
    '"',
    "'",
    '"\\x41"',
    '"\\u{41}"',
  ],
  ...[
    '"\\\n  a"',
    "'a\n\n b'",
    '\t',
    '\r',
    '\r\n',
    '\0',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u202e',
    '\u200b',
    '\ud800',
    '\u{1f600}',
  ],
  ...['~', 'null', 'yes', 'no', 'on', '0o17', '017', '0x1f', '1_000', '.inf', '-.nan', '1e999', '-0', '9'.repeat(400)],
  ...['2026-01-01', '12:30:45', '__proto__: a\n', 'constructor: a\n', '"__proto__": a\n', '"\\x5f_proto__": a\n'],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ': ',
    ':',
    '- ',
    '@',
    '`',
    '%',
    '&',
    '*',
    '!',
    '|',
    '>',
    ' ',
    '\n',
    '\n    ',
    '{{{{',
    ']]]]',
  ],
];
