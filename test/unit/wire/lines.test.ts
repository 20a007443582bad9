import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineReader } from '../../../src/wire/lines.ts';

/** The lines of a stream that arrives in these chunks: whole ones as they are, long ones as `head…tail`. */
function linesOf(chunks: readonly Buffer[], maxWhole: number): string[] {
  const lines: string[] = [];
  const reader = new LineReader(maxWhole, (line) => {
    lines.push(
      'whole' in line
        ? line.whole.toString('latin1')
        : `${line.head.toString('latin1')}…${line.tail.toString('latin1')}`,
    );
  });
  for (const chunk of chunks) reader.read(chunk);
  return lines;
}

/** A text cut at these places. */
function cut(text: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (text.length + 1)), text.length].toSorted((one, other) => one - other);
  return ends.map((end, index) => text.subarray(ends[index - 1] ?? 0, end));
}

describe('a stream is read in lines', () => {
  test.each([
    ['', []],
    ['one', []], // not yet
    ['one\n', ['one']],
    ['one\ntwo\n', ['one', 'two']],
    ['one\n\ntwo\n', ['one', '', 'two']],
    ['\n', ['']],
    ['one\r\n', ['one\r']],
    ['one\u2028two\n', ['one\u2028two']], // a newline is a byte, not what a JavaScript parser takes for one
  ])('%j: %j', (text, expected) => {
    expect(linesOf([Buffer.from(text)], 100)).toEqual(expected.map((line) => Buffer.from(line).toString('latin1')));
  });

  test('the same ones, however it arrives', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '"', '\\', '\r'), maxLength: 1500 });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.array(fc.nat()),
        fc.integer({ min: 640, max: 1024 }),
        (lines, cuts, max) => {
          const text = Buffer.from(lines.map((one) => `${one}\n`).join(''));
          expect(linesOf(cut(text, cuts), max)).toEqual(linesOf([text], max));
        },
      ),
    );
  });
});

describe('a line that is too long', () => {
  const long = Buffer.from(`${Array.from({ length: 900 }, (_, index) => String(index)).join(' ')}\n`);
  const text = long.toString('latin1', 0, long.length - 1);

  test('is known by its first 512 bytes and its last 128', () => {
    expect(linesOf([long], 1024)).toEqual([`${text.slice(0, 512)}…${text.slice(-128)}`]);
  });

  test('is known so, however it arrives', () => {
    const chunks = fc.array(fc.nat({ max: long.length }), { maxLength: 40 });
    fc.assert(
      fc.property(chunks, (cuts) => {
        expect(linesOf(cut(long, cuts), 1024)).toEqual([`${text.slice(0, 512)}…${text.slice(-128)}`]);
      }),
    );
  });

  test('is known so where only its last bytes are beyond what is whole', () => {
    const line = Buffer.from(text.slice(0, 1030));
    const inOne = linesOf([line, Buffer.from('\n')], 1024);
    expect(inOne).toEqual([`${text.slice(0, 512)}…${text.slice(902, 1030)}`]);
    expect(linesOf([line.subarray(0, 1000), line.subarray(1000), Buffer.from('\n')], 1024)).toEqual(inOne);
  });

  test('does not spoil the next one', () => {
    expect(linesOf([long, Buffer.from('next\n')], 1024)).toEqual([expect.stringContaining('…'), 'next']);
  });

  test.each([
    [1023, true],
    [1024, true],
    [1025, false],
  ])('%i bytes of 1024: %s', (length, isWhole) => {
    expect(linesOf([Buffer.from(`${'x'.repeat(length)}\n`)], 1024)[0]?.includes('…')).toBe(!isWhole);
  });
});

test('what it keeps of a chunk is a copy: a buffer that is used again changes no line', () => {
  const lines: string[] = [];
  const reader = new LineReader(100, (line) => lines.push('whole' in line ? line.whole.toString() : ''));
  const chunk = Buffer.from('one');
  reader.read(chunk);
  chunk.fill('x');
  reader.read(Buffer.from('\n'));
  expect(lines).toEqual(['one']);
});
