import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMask } from '../../../src/mask/compile-mask.ts';
import { Finder } from '../../../src/mask/finder.ts';
import { writtenForms } from '../../../src/mask/written-forms.ts';

/** Every end of a string with the longest that ends there: by comparing at every place. */
function compared(strings: readonly string[], text: string): [end: number, string][] {
  return Array.from({ length: text.length }, (_, at) => text.slice(0, at + 1)).flatMap((read) => {
    const [longest] = strings.filter((one) => read.endsWith(one)).toSorted((one, other) => other.length - one.length);
    return longest === undefined ? [] : [[read.length, longest] as [number, string]];
  });
}

function found(strings: readonly string[], chunks: readonly Buffer[]): [end: number, string][] {
  const finder = new Finder(strings);
  const all: [number, string][] = [];
  let [node, held, base] = [0, Buffer.alloc(0), 0];
  for (const chunk of chunks) {
    const bytes = Buffer.concat([held, chunk]);
    node = finder.read(bytes, held.length, node, (index, end) => all.push([base + end, strings[index] ?? '']));
    held = bytes.subarray(bytes.length - finder.pendingAt(node));
    base += bytes.length - held.length;
  }
  return all;
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted(
    (one, other) => one - other,
  );
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const letters = fc.constantFrom('a', 'b', 'c');
const strings = (minLength: number) =>
  fc.uniqueArray(fc.string({ unit: letters, minLength, maxLength: minLength + 8 }), { minLength: 1, maxLength: 8 });
const places = fc.array(fc.nat(), { maxLength: 20 });

/** A text of the strings, whole and in part: mere chance makes none of the long ones. */
function textOf(given: readonly string[]): fc.Arbitrary<string> {
  const part = fc
    .tuple(fc.constantFrom(...given), fc.nat(16), fc.nat(16))
    .map(([one, start, end]) => one.slice(start % 3, one.length - (end % 3)));
  return fc
    .array(fc.oneof(part, fc.constantFrom(...given), fc.string({ unit: letters, maxLength: 30 }), fc.string()), {
      maxLength: 12,
    })
    .map((parts) => parts.join('').replaceAll(/[^\0-\xff]/g, '?'));
}

describe('what is found is what comparing everywhere finds', () => {
  test.each([1, 2, 3, 4, 5, 8, 12, 70])('strings of %i bytes and more, however they arrive', (minLength) => {
    const given = strings(minLength).chain((some) =>
      fc.record({ some: fc.constant(some), text: textOf(some), places }),
    );
    fc.assert(
      fc.property(given, ({ some, text, places: cuts }) => {
        const bytes = Buffer.from(text, 'latin1');
        expect(found(some, [bytes])).toEqual(compared(some, text));
        expect(found(some, cut(bytes, cuts))).toEqual(compared(some, text));
      }),
      { numRuns: 200 },
    );
  });
});

/** The union of all matches, each with the name of the longest: by comparing at every place. */
function maskedByComparing(secrets: readonly { name: string; value: string }[], text: string): string {
  const forms = new Map<string, string>();
  for (const { name, value } of secrets)
    for (const form of writtenForms(value)) if (!forms.has(form)) forms.set(form, name);
  let spans: { start: number; end: number; length: number; name: string }[] = [];
  for (const [end, form] of compared([...forms.keys()], text)) {
    const span = { start: end - form.length, end, length: form.length, name: forms.get(form) ?? '' };
    const touched = spans.filter((one) => one.end > span.start);
    const [longest] = [...touched, span].toSorted((one, other) => other.length - one.length);
    const start = Math.min(span.start, ...touched.map((one) => one.start));
    spans = [...spans.filter((one) => one.end <= span.start), { ...span, ...longest, start, end }];
  }
  let [done, out] = [0, ''];
  for (const { start, end, name } of spans) {
    out += `${text.slice(done, start)}[secret ${name}]`;
    done = end;
  }
  return out + text.slice(done);
}

const overlapping = strings(8).chain((values) =>
  fc.record({
    secrets: fc.constant(values.map((value, index) => ({ name: `S${index}`, value }))),
    text: textOf(values),
    places,
  }),
);

describe('secrets that overlap', () => {
  test.each([
    ['nested', ['inner-secret', 'an inner-secret here'], 'x an inner-secret here', 'x [secret S1]'],
    ['nested, without the rest', ['inner-secret', 'an inner-secret here'], 'x an inner-secret', 'x an [secret S0]'],
    ['one begins the other', ['beginning', 'beginning and end'], 'beginning and more', '[secret S0] and more'],
    ['in a row', ['abcdefgh1', '1abcdefghij'], '+abcdefgh1abcdefghij+', '+[secret S1]+'],
    ['of one that repeats itself', ['abababab'], 'xabababababx', 'x[secret S0]x'],
    ['the same twice', ['abcdefgh', 'abcdefgh'], 'abcdefgh', '[secret S0]'],
  ])('%s', (_title, values, text, expected) => {
    const mask = compileMask(values.map((value, index) => ({ name: `S${index}`, value })));
    expect(mask.maskText(text)).toBe(expected);
  });

  test('are masked together, named by the longest', () => {
    fc.assert(
      fc.property(overlapping, ({ secrets, text }) => {
        const masked = compileMask(secrets).maskBytes(Buffer.from(text, 'latin1'));
        expect(masked.toString('latin1')).toBe(maskedByComparing(secrets, text));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a stream', () => {
  test('is masked as the whole is, however it arrives', () => {
    fc.assert(
      fc.property(overlapping, ({ secrets, text, places: cuts }) => {
        const mask = compileMask(secrets);
        const bytes = Buffer.from(text, 'latin1');
        const stream = mask.stream();
        for (const round of ['once', 'and once more']) {
          const parts = cut(bytes, cuts).map((chunk) => stream.push(chunk));
          expect(Buffer.concat([...parts, stream.end()]), round).toEqual(mask.maskBytes(bytes));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('byte by byte, too', () => {
    const mask = compileMask([{ name: 'TOKEN', value: 'ghp_16C7e42F292c' }]);
    const stream = mask.stream();
    const parts = [...Buffer.from('a ghp_16C7e42F292c b')].map((byte) => stream.push(Buffer.of(byte)).toString());
    expect(parts.filter((part) => part !== '')).toEqual(['a', ' ', '[secret TOKEN]', ' ', 'b']);
  });

  test('holds back the end that may begin a secret, and nothing else', () => {
    fc.assert(
      fc.property(overlapping, ({ secrets, text, places: cuts }) => {
        const forms = secrets.flatMap(({ value }) => [...writtenForms(value)]);
        fc.pre(forms.every((form) => !text.includes(form)));
        const stream = compileMask(secrets).stream();
        let [came, went] = ['', ''];
        for (const chunk of cut(Buffer.from(text, 'latin1'), cuts)) {
          came += chunk.toString('latin1');
          went += stream.push(chunk).toString('latin1');
          const ends = Array.from({ length: came.length }, (_, at) => came.slice(at));
          const held = ends.find((end) => forms.some((form) => form.startsWith(end))) ?? '';
          expect(went + held).toBe(came);
        }
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a prompt', 'Password: ', 'Password: '],
    ['a line that is not ended', '50 % done', '50 % done'],
    ['a secret that is whole', 'it is ghp_16C7e42F292c', 'it is [secret TOKEN]'],
    ['all but the beginning of a secret', 'it is ghp_16C7', 'it is '],
  ])('passes on at once: %s', (_title, chunk, expected) => {
    const mask = compileMask([{ name: 'TOKEN', value: 'ghp_16C7e42F292c' }]);
    expect(mask.stream().push(Buffer.from(chunk)).toString()).toBe(expected);
  });

  test('passes on the very chunk that it has nothing to do with', () => {
    const chunk = Buffer.from('a line\n');
    const stream = compileMask([{ name: 'TOKEN', value: 'ghp_16C7e42F292c' }]).stream();
    expect(stream.push(chunk).buffer).toBe(chunk.buffer);
  });
});
