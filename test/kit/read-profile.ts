import { isWithin } from '../../src/match/path.ts';

/** What a profile of Seatbelt says, read back: a word, a text, or a list. */
export type Read = string | { readonly text: string } | readonly Read[];

/** Reads s-expressions as Scheme does: lists, words, texts with backslashes. Throws at what is none. */
export function readProfile(profile: string): readonly Read[] {
  const tokens = profile.match(/\s+|[()]|"(?:[^"\\]|\\.)*"|[^\s()"]+|"/gs) ?? [];
  if (tokens.join('') !== profile) throw new Error('not all of it could be read');
  const stack: Read[][] = [[]];
  for (const token of tokens.filter((one) => one.trim() !== '')) {
    const inner = stack.at(-1);
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const closed = stack.pop();
      if (!closed || stack.length === 0) throw new Error('it closes what it did not open');
      stack.at(-1)?.push(closed);
    } else if (token === '"') throw new Error('a text without an end');
    else inner?.push(token.startsWith('"') ? { text: token.slice(1, -1).replace(/\\(.)/gs, '$1') } : token);
  }
  const [rules] = stack;
  if (!rules || stack.length !== 1) throw new Error('it opens what it does not close');
  return rules;
}

/** `-D NAME=value …` of a command line. */
export function definitions(args: readonly string[]): Map<string, string> {
  return new Map(
    args.flatMap((word, index) => {
      const value = args[index + 1] ?? '';
      return word === '-D' && index < args.indexOf('--')
        ? [[value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)] as const]
        : [];
    }),
  );
}

/**
 * Whether a profile lets an operation be done to a path, as far as its rules about paths say: of the rules that apply,
 * the last decides. It is a reading of the language, and no Mac.
 */
export function lets(
  rules: readonly Read[],
  parameters: ReadonlyMap<string, string>,
  operation: string,
  path: string,
): boolean {
  const decisive = rules.findLast((rule) => {
    const [verdict, ...rest] = listOf(rule);
    if (verdict !== 'allow' && verdict !== 'deny') return false;
    const operations = rest.filter((one): one is string => typeof one === 'string');
    const filters = rest.filter((one) => typeof one !== 'string');
    if (operations[0] === 'default') return true;
    const names = operations.some((one) =>
      one.endsWith('*') ? operation.startsWith(one.slice(0, -1)) : one === operation,
    );
    return names && (filters.length === 0 || filters.some((filter) => matches(filter, parameters, path)));
  });
  return listOf(decisive ?? [])[0] === 'allow';
}

function matches(filter: Read, parameters: ReadonlyMap<string, string>, path: string): boolean {
  const [name, ...given] = listOf(filter);
  switch (name) {
    case 'literal':
      return path === valueOf(given[0], parameters);
    case 'subpath':
      return isWithin(path, valueOf(given[0], parameters));
    case 'require-all':
      return given.every((one) => matches(one, parameters, path));
    case 'require-any':
      return given.some((one) => matches(one, parameters, path));
    case 'require-not':
      return !given.some((one) => matches(one, parameters, path));
    default:
      return false; // about something else than a path
  }
}

function valueOf(given: Read | undefined, parameters: ReadonlyMap<string, string>): string {
  if (typeof given === 'object' && 'text' in given) return given.text;
  const [word, name] = listOf(given ?? []);
  const value = typeof name === 'object' && 'text' in name ? parameters.get(name.text) : undefined;
  if (word !== 'param' || value === undefined) throw new Error('a path that is neither a text nor a parameter');
  return value;
}

function listOf(read: Read): readonly Read[] {
  return typeof read === 'object' && !('text' in read) ? read : [];
}
