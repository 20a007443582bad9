import { RE2JS, RE2JSSyntaxException } from 're2js';

/** An expression that is ready, or what is wrong with it, as the rest of a sentence that begins with it. */
export type Regex =
  | { readonly ok: true; test(text: string): boolean }
  | { readonly ok: false; readonly reason: string };

/**
 * A regular expression in RE2's syntax that matches a text as a whole, in time linear in the text: whoever writes the
 * text cannot make it slow (CWE-1333). What would make it slow by its own size is refused before it is compiled.
 */
export function compileRegex(pattern: string): Regex {
  if (pattern.length > MAX_LENGTH) return refused('is longer than 1,000 characters');
  if (sizeOf(pattern) > MAX_SIZE)
    return refused('takes more than 2,500 steps with its repetitions written out: `maxLength` bounds a length');
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, test: (text) => compiled.testExact(text) };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    return refused(whyNoRegex(error));
  }
}

function refused(reason: string): Regex {
  return { ok: false, reason };
}

function whyNoRegex(error: RE2JSSyntaxException): string {
  const fragment = error.getPattern() ?? '';
  if (/^\\[1-9gk]/.test(fragment)) return 'uses a back reference, which has no linear-time engine';
  if (/^\(\?<?[=!]/.test(fragment)) return 'looks ahead or behind, which has no linear-time engine';
  return `is no regular expression: ${error.getDescription()}${fragment && `: \`${fragment}\``}`;
}

/**
 * At least the number of instructions that a pattern is compiled to. RE2 writes counted repetitions out, so that
 * `x{1000}` a hundred times over takes half a second and 60 MB, and only then the library could tell us.
 */
function sizeOf(pattern: string): number {
  const outer: number[] = [];
  // What stands before the last item in this group, and the item, which a quantifier would repeat.
  let [before, last] = [0, 0];
  for (const [token, least, most] of pattern.matchAll(TOKEN)) {
    if (NOTHING.test(token)) continue;
    if (least !== undefined) {
      const times = Math.max(1, Number(most || least));
      last = last * times + Math.max(1, times - Number(least));
    } else if (/^[*+?]/.test(token)) last += 2;
    else if (token === '|') [before, last] = [before + last + 2, 0];
    else if (token === ')') [before, last] = [outer.pop() ?? 0, before + last + 3];
    else if (token.startsWith('(')) {
      outer.push(before + last);
      [before, last] = [0, 0];
    } else [before, last] = [before + last, token.startsWith('\\Q') ? token.length : 1];
  }
  return before + last + 3;
}

/** RE2's syntax as far as sizes go: https://github.com/google/re2/wiki/Syntax */
const TOKEN = new RegExp(
  [
    String.raw`\\Q[^]*?(?:\\E|$)`,
    String.raw`\\[pPx]\{[^}]*\}`,
    String.raw`\\[^]`,
    String.raw`\[\^?\]?(?:\[:\^?[a-z]*:\]|\\[^]|[^\]\\])*\]`,
    String.raw`\(\?[a-zA-Z-]*\)`,
    String.raw`\((?:\?(?:P?<[^>]*>|[a-zA-Z-]*:))?`,
    String.raw`\{(0|[1-9]\d*)(?:,((?:0|[1-9]\d*)?))?\}`,
    '[^]',
  ].join('|'),
  'g',
);

/** Flags and an empty quotation are no items: a quantifier after one repeats what stands before it. */
const NOTHING = /^(?:\(\?[a-zA-Z-]*\)|\\Q(?:\\E)?)$/;

/** As in the published schema. */
const MAX_LENGTH = 1000;

/** One item `{0,1000}`, RE2's own limit, takes 2,000. Measured there: 64 KiB of the worst text take 3 s. */
const MAX_SIZE = 2500;
