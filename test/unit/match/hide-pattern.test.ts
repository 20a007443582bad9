import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hiddenBy, hideFault, readHidePatterns } from '../../../src/match/hide-pattern.ts';

const hides = (pattern: string, path: string): boolean => hiddenBy(path, readHidePatterns([pattern])) !== undefined;

describe('whether a pattern hides a path', () => {
  test.each([
    ['.env', '/app/.env', true, 'a name is looked for at every depth'],
    ['.env', '/app/deep/er/.env', true, 'at every depth'],
    ['.env', '/app/.env/key', true, 'what is below is hidden with it'],
    ['.env', '/app/.environment', false, 'the name goes on'],
    ['.env', '/app/x.env', false, 'the name begins earlier'],
    ['.ENV', '/app/.env', false, 'case counts'],
    ['**/.env*', '/app/.env.local', true, 'a star is the rest of a name'],
    ['**/.env*', '/.env', true, '`**` is also no name'],
    ['**/.env*', '/app/.env/../x', true, 'nothing is resolved: paths are real'],
    ['a/*.pem', '/x/a/k.pem', true, 'of several names too'],
    ['a/*.pem', '/x/a/b/k.pem', false, 'a star is no slash'],
    ['a/**/k', '/a/k', true, '`**` between two may be none'],
    ['a/**/k', '/a/b/c/k', true, 'or some'],
    ['a/**/k', '/a/b/c/kk', false, 'what follows it counts'],
    ['/srv/keys', '/srv/keys', true, 'with a slash in front it stands where it says'],
    ['/srv/keys', '/srv/keys/deep/k', true, 'with all below'],
    ['/srv/keys', '/home/srv/keys', false, 'and nowhere else'],
    ['/srv/keys', '/srv/keys-old', false, 'by whole names'],
    ['/srv/**', '/srv', true, 'what ends with `**` hides where it begins'],
    ['/srv/*', '/srv', false, 'and with a star, what is in it'],
    ['/srv/*', '/srv/x', true, 'and with a star, what is in it'],
    ['keys/', '/srv/keys', true, 'a slash at the end says nothing'],
    ['*', '/x', true, 'a star is any name'],
    ['**', '/', true, 'two are everything'],
    ['?.key', '/a.key', true, 'a question mark is one character'],
    ['?.key', '/😀.key', true, 'of Unicode'],
    ['?.key', '/ab.key', false, 'and not two'],
    ['?*?', '/a', false, 'each is another'],
    ['?*?', '/ab', true, 'each is another'],
    ['a*?b', '/aab', true, 'the star may be none'],
    ['a*?b', '/ab', false, 'the question mark may not'],
    ['?id?.ts', '/[id].ts', true, 'it stands for brackets'],
    ['x y', '/x y', true, 'white space is itself'],
    ['*.pem', '/a\nb.pem', true, 'a name with a line break'],
    ['*.pem', '/a\\b.pem', true, 'a name with a backslash'],
    ['caf\u00e9', '/cafe\u0301', true, 'what looks the same is the same'],
    ['cafe\u0301', '/caf\u00e9', true, 'either way'],
    ['a*', '/aꙮ\u0301', true, 'a star is any characters'],
  ])('%j on %j: %s, for %s', (pattern, path, expected) => {
    expect(hides(pattern, path)).toBe(expected);
  });

  test('the first that does is named', () => {
    const reader = readHidePatterns(['x', '*.pem', 'k*']);
    expect(hiddenBy('/app/k.pem', reader)).toBe(1);
    expect(hiddenBy('/app/k/x', reader)).toBe(2); // by the directory above
    expect(hiddenBy('/app/y', reader)).toBeUndefined();
  });

  test('none hides nothing', () => expect(hiddenBy('/', readHidePatterns([]))).toBeUndefined());
});

describe('what cannot be a pattern', () => {
  test.each([
    ['*.{pem,key}', 'one pattern for each'],
    ['[ab]', 'one pattern for each'],
    ['a\\*', 'one pattern for each'],
    ['!x', 'one pattern for each'],
    ['a/../b', '`..`'],
    ['./a', '`.`'],
    ['a//b', 'nothing between'],
    ['/', 'nothing between'],
    ['~/', 'nothing between'],
    ['**.pem', '`**` beside'],
    ['a**', '`**` beside'],
    ['a/***', '`**` beside'],
  ])('%s', (pattern, why) => expect(hideFault(pattern)).toContain(why));

  test.each(['*', '**', '~', '~/x', '/a/b/', 'a/**/b', '?', 'a!b', 'x y', '(a)', '**/.env*'])('but %s can', (pattern) =>
    expect(hideFault(pattern)).toBeUndefined(),
  );
});

const anyName = fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('a', 'b', '.', '😀') });
const anyPart = fc.oneof(
  { weight: 1, arbitrary: fc.constant('**') },
  {
    weight: 4,
    arbitrary: fc
      .string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('a', 'b', '.', '😀', '*', '?') })
      .filter((text) => !text.includes('**')),
  },
);
const anyPattern = fc
  .tuple(fc.boolean(), fc.array(anyPart, { minLength: 1, maxLength: 4 }))
  .map(([isRooted, parts]) => `${isRooted ? '/' : ''}${parts.join('/')}`);
const anyPath = fc.array(anyName, { maxLength: 5 }).map((names) => `/${names.join('/')}`);

/** Every way that it could go, tried one by one. */
function hidesSlowly(pattern: string, path: string): boolean {
  const names = path.split('/').filter((one) => one !== '');
  const parts = pattern.split('/').filter((one) => one !== '');
  const all = pattern.startsWith('/') ? parts : ['**', ...parts];
  return Array.from({ length: names.length + 1 }, (_, end) => names.slice(0, end)).some((above) => goes(all, above));
}

function goes([part, ...parts]: readonly string[], names: readonly string[]): boolean {
  const [name, ...rest] = names;
  if (part === undefined) return name === undefined;
  if (part === '**') return goes(parts, names) || (name !== undefined && goes([part, ...parts], rest));
  return name !== undefined && spells(Array.from(part), Array.from(name)) && goes(parts, rest);
}

function spells([wanted, ...others]: readonly string[], given: readonly string[]): boolean {
  const [first, ...rest] = given;
  if (wanted === undefined) return first === undefined;
  if (wanted === '*') return spells(others, given) || (first !== undefined && spells([wanted, ...others], rest));
  return first !== undefined && (wanted === '?' || wanted === first) && spells(others, rest);
}

describe('for all patterns', () => {
  test('a path is hidden exactly where there is a way', () => {
    const agrees = fc.property(anyPattern, anyPath, (one, where) => {
      expect(hides(one, where)).toBe(hidesSlowly(one, where));
    });
    fc.assert(agrees, { numRuns: 2000 });
  });

  test('what is below something hidden is hidden', () => {
    fc.assert(
      fc.property(anyPattern, anyPath, anyName, (one, where, below) => {
        if (hides(one, where)) expect(hides(one, `${where}/${below}`)).toBe(true);
      }),
    );
  });

  test('several hide what each of them hides', () => {
    fc.assert(
      fc.property(fc.array(anyPattern, { maxLength: 4 }), anyPath, (all, where) => {
        const expected = all.some((one) => hides(one, where));
        expect(hiddenBy(where, readHidePatterns(all)) !== undefined).toBe(expected);
      }),
    );
  });

  test('a state has at most as many places as the patterns have parts, however long the path', () => {
    const patterns = Array.from({ length: 8 }, () => '**/a/**/a/**/a/**/b');
    const reader = readHidePatterns(patterns);
    let state = reader.root;
    for (let depth = 0; depth < 5000; depth += 1) {
      state = reader.step(state, 'a');
      expect(state.open.length).toBeLessThanOrEqual(patterns.length * 10);
    }
    expect(reader.step(state, 'b').hiddenBy).toBe(0);
  });
});
