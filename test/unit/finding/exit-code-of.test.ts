import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/finding/exit-code.ts';
import { exitCodeOf, refusal } from '../../../src/finding/finding.ts';
import { EXIT_OF, type Ident } from '../../../src/finding/ident.ts';

const codeOf = (...idents: readonly Ident[]): number => exitCodeOf(idents.map((ident) => refusal(ident, 'm', 'h')));

test.each<[idents: Ident[], code: number]>([
  [['policy-syntax'], 2],
  [['command-not-allowed'], 126],
  [['server-unknown'], 127],
  [['program-missing'], 127],
  [['sandbox-unavailable'], 125],
  [['not-enforced-yet'], 125],
  [['not-enforced-yet', 'program-missing'], 127],
  [['not-enforced-yet', 'env-missing'], 126],
  [['program-missing', 'grant-too-wide'], 126],
  [['sandbox-unavailable', 'program-missing', 'env-loader'], 126],
  [['env-loader', 'policy-missing-key'], 2],
  [[], 125], // a refusal without a reason is a fault of ours
])('%j exits with %i', (idents, code) => {
  expect(codeOf(...idents)).toBe(code);
});

/** Those that refuse a launch: advice refuses nothing, and what `check` alone finds stops no start. */
const REFUSALS = Object.keys(EXIT_OF)
  .filter((name): name is Ident => name in EXIT_OF)
  .filter((ident) => EXIT_OF[ident] > EXIT.findings);
const idents = fc.array(fc.constantFrom(...REFUSALS));

test('the code is that of one of the findings, whatever their order', () => {
  fc.assert(
    fc.property(idents, (some) => {
      const code = codeOf(...some);
      expect(code).toBe(codeOf(...some.toReversed()));
      if (some.length > 0) expect(some.map((ident) => EXIT_OF[ident])).toContain(code);
    }),
  );
});

test('closed by default: no refusal exits with success, nor with findings alone', () => {
  for (const ident of REFUSALS) expect([2, 124, 125, 126, 127]).toContain(codeOf(ident));
});

test.each(Object.keys(EXIT_OF))('`%s` is kebab-case', (ident) => {
  expect(ident).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
});
