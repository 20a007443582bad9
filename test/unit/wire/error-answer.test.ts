import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorAnswer } from '../../../src/wire/error-answer.ts';

const REFUSAL = { code: 126, message: 'no', ident: 'command-not-allowed', hint: 'add an entry' };

test('a refusal as a client reads it', () => {
  expect(errorAnswer(7, REFUSAL)).toBe(
    '{"jsonrpc":"2.0","id":7,"error":{"code":126,"message":"no","data":{"source":"mcp-secure-run","ident":"command-not-allowed","hint":"add an entry"}}}\n',
  );
});

test('is one line, and answers the id that was asked, whatever words it holds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.integer()), fc.string({ unit: 'binary' }), (id, message) => {
      const line = errorAnswer(id, { ...REFUSAL, message });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(JSON.parse(line)).toMatchObject({ id, error: { message } });
    }),
  );
});
