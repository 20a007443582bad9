import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLayer } from '../../../src/policy-text/compile.ts';
import { readSource } from '../../../src/policy-text/source.ts';
import { layout } from '../../kit/layout.ts';
import { EVERY_KEY, TRICKS, VALID } from '../../kit/policy-texts.ts';
import { expectPlaced, expectReadable } from '../../kit/readable.ts';
import { replaceAt } from '../../kit/replace-at.ts';
import { runs, timeFor } from '../../kit/runs.ts';

describe('nothing that is written makes the reader throw, or point outside of the text', () => {
  const FEW = runs(0.09);
  test('any bytes', timeFor(FEW), () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2048 }),
        fc.constantFrom('utf8', 'latin1', 'utf16le'),
        (bytes, encoding) => {
          expectReadable(Buffer.from(bytes).toString(encoding));
        },
      ),
      FEW,
    );
  });

  test('a policy with other bytes in places', timeFor(FEW), () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...VALID), flips, (text, edits) => {
        const bytes = Buffer.from(text);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        expectReadable(bytes.toString());
      }),
      FEW,
    );
  });

  test('a policy with its lines in another order, twice, gone, further in or out', timeFor(FEW), () => {
    fc.assert(
      fc.property(fc.constantFrom(...VALID), fc.array(lineEdit(), { minLength: 1, maxLength: 6 }), (text, edits) => {
        expectReadable(edits.reduce<readonly string[]>((lines, edit) => edit(lines), text.split('\n')).join('\n'));
      }),
      FEW,
    );
  });

  test('a policy with what YAML has beside', timeFor(FEW), () => {
    const put = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom(...TRICKS));
    fc.assert(
      fc.property(fc.constantFrom(...VALID), fc.array(put, { minLength: 1, maxLength: 5 }), (text, puts) => {
        expectReadable(
          puts.reduce((all, [at, length, trick]) => {
            const start = at % (all.length + 1);
            return all.slice(0, start) + trick + all.slice(start + length);
          }, text),
        );
      }),
      FEW,
    );
  });

  test('a policy with anything in the place of a value', timeFor(FEW), () => {
    const any = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...TRICKS));
    const puts = fc.array(fc.tuple(fc.nat(), any), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(puts, layout(), (edits, layOut) => {
        expectReadable(layOut(edits.reduce<unknown>((policy, [at, value]) => replaceAt(policy, at, value), EVERY_KEY)));
      }),
      FEW,
    );
  });

  test('any expression', timeFor(FEW), async () => {
    const sign = fc.oneof(
      fc.constantFrom(
        ...String.raw`a . * + ? | ( ) [ ] { } ^ $ - \d \D \b \pL \Q \E \x41 \x{10FFFF} \1 \C (?i) (?: (?P<n> (?= (?<! [[:alpha:]] [^ {2,3} {0,1000} {1001} {,2} *? ++`.split(
          ' ',
        ),
      ),
      fc.string({ maxLength: 2, unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(sign, { minLength: 1, maxLength: 20 }), async (signs) => {
        const match = signs.join('');
        const text = JSON.stringify({ version: 1, servers: { crm: { command: 'node', args: [{ match }] } } });
        expectPlaced(await compileLayer('user', [{ file: 'p.yaml', text }]), text);
      }),
      FEW,
    );
  });
});

test('what is JSON is read as JSON', timeFor(runs(0.09)), () => {
  const key = fc.string({ maxLength: 8, unit: 'binary' }).filter((name) => !FORBIDDEN.has(name));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, 4, '\t'), (written, indent) => {
      const text = JSON.stringify(written, null, indent);
      const source = readSource('p.json', text);
      expect(source.allowed ? source.granted.value : source.findings, text).toEqual(JSON.parse(text));
    }),
    runs(0.09),
  );
});

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype', '<<']);

function lineEdit(): fc.Arbitrary<(lines: readonly string[]) => readonly string[]> {
  return fc.tuple(fc.nat({ max: 5 }), fc.nat(), fc.nat()).map(([kind, one, other]) => (lines) => {
    const [at, to] = [one % lines.length, other % lines.length];
    const [line = '', swapped = ''] = [lines[at], lines[to]];
    if (kind === 0) return lines.with(at, swapped).with(to, line);
    if (kind === 1) return lines.toSpliced(to, 0, line);
    if (kind === 2) return lines.toSpliced(at, 1);
    if (kind === 3) return lines.with(at, `${' '.repeat(1 + (other % 5))}${line}`);
    if (kind === 4) return lines.with(at, line.replace(/^ {1,4}/, ''));
    return lines.with(at, `${line}${swapped.trim()}`);
  });
}
