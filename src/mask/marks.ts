/** What stands in a secret's place: the name helps whoever reads it, and is the server's variable. */
export function markOf(name: string): string {
  return `[${words(name)}]`;
}

/**
 * The marks of secrets, by their index, beside which and in which none of these byte strings can come about.
 *
 * A secret may hold a bracket, or be another one's name. So the brackets are a pair that is in no string: then none can
 * begin or end in a mark and go on outside. Where the words would hold a string, there is none between them. A mark is
 * the same inside a JSON string and outside.
 */
export function marksOf(names: readonly string[], strings: readonly string[]): readonly Buffer[] {
  const [open, close] = freePair(strings);
  return names.map((name) => {
    const inside = [words(name), 'secret', ''].find((text) => {
      const mark = inLatin1(open + text + close);
      return !strings.some((string) => mark.includes(string));
    });
    return Buffer.from(open + (inside ?? '') + close);
  });
}

/** A name holds nothing that would have to be escaped, or that a terminal would act on. */
function words(name: string): string {
  return `secret ${name.replaceAll(/[^\w.-]/g, '_')}`;
}

function freePair(strings: readonly string[]): readonly [string, string] {
  const isFree = (bracket: string): boolean => !strings.some((string) => string.includes(inLatin1(bracket)));
  const pair = PAIRS.find(([open, close]) => isFree(open) && isFree(close));
  if (pair) return pair;
  let code = FULL_BLOCK; // from here on there are more characters than any list of secrets holds
  while (!isFree(String.fromCodePoint(code))) code += 1;
  return [String.fromCodePoint(code), String.fromCodePoint(code)];
}

const PAIRS = [
  ['[', ']'],
  ['<', '>'],
  ['{', '}'],
  ['(', ')'],
] as const;
const FULL_BLOCK = 0x2588;

function inLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
