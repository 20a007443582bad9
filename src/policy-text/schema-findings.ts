import type * as z from 'zod';
import { refusal, type Finding } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import { UNSAFE_NAMES } from '../policy/unsafe.ts';
import { keysAt } from './keys-at.ts';
import { MOST_FINDINGS, type Source } from './source.ts';

type Issue = z.core.$ZodIssue;

/** What was read, and what it is to be. */
interface Read {
  readonly source: Source;
  readonly schema: z.core.$ZodType;
}

/** What the schema found, in the words of a person who has the policy open. */
export function schemaFindings(source: Source, schema: z.core.$ZodType, issues: readonly Issue[]): Finding[] {
  const some = issues.slice(0, MOST_FINDINGS);
  return findingsOf({ source, schema }, some, []).slice(0, MOST_FINDINGS);
}

/** A key that is misspelt is one fault: that the right one is missing, or that nothing is said, follows from it. */
function findingsOf(read: Read, issues: readonly Issue[], above: readonly PropertyKey[]): Finding[] {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [issue] : []));
  const follows = (issue: Issue): boolean =>
    unknown.some(({ path, keys }) => {
      const [key, ...deeper] = issue.path.slice(path.length);
      if (issue.path.slice(0, path.length).join('\0') !== path.join('\0') || deeper.length > 0) return false;
      if (key === undefined) return issue.code === 'custom';
      const meant = keys.map((one) => suggest(one, keysAt(read.schema, [...above, ...path])));
      return meant.includes(String(key)) && !hasValue(read.source, [...above, ...issue.path]);
    });
  return issues
    .filter((issue) => !follows(issue))
    .flatMap((issue) => toFindings(read, issue, [...above, ...issue.path]));
}

function toFindings(read: Read, issue: Issue, path: readonly PropertyKey[]): Finding[] {
  const { source } = read;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(read, path, key));
  if (issue.code === 'invalid_key')
    return [value(source, path, `${written(path.at(-1))} ${messageOf(issue.issues[0])}`, undefined, 'key')];
  if (issue.code === 'invalid_union' && hasValue(source, path)) return unionFindings(read, issue, path);
  if (!hasValue(source, path)) return [missingKey(source, path)];
  if (issue.code === 'invalid_type') return [wrongType(source, path, issue.expected)];
  if (issue.code === 'invalid_value') return [wrongWord(source, path, issue.values.map(String), false)];
  const finding = value(source, path, `${label(path)} ${messageOf(issue)}`);
  // What is no reference to a secret may be the secret.
  return [path[2] === 'secrets' ? { ...finding, hidesLine: true } : finding];
}

/** Of the forms that a value may take, the findings of the one that it was meant to be: an object, a word, a string. */
function unionFindings(
  read: Read,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
): Finding[] {
  const isItself = (inner: Issue): boolean => inner.path.length === 0;
  const ofRightType = issue.errors.filter(
    (issues) => !issues.some((inner) => inner.code === 'invalid_type' && isItself(inner)),
  );
  const isWord = (inner: Issue): boolean => inner.code === 'invalid_value' && isItself(inner);
  const words = ofRightType.flatMap((issues) =>
    issues.flatMap((inner) => (inner.code === 'invalid_value' && isItself(inner) ? inner.values.map(String) : [])),
  );
  const others = ofRightType.filter((issues) => !issues.every(isWord));
  const meant = others.at(-1);
  if (meant) return findingsOf(read, meant, path);
  const { source } = read;
  const expected = issue.errors.flatMap((issues) =>
    issues.flatMap((inner) => (inner.code === 'invalid_type' && isItself(inner) ? [inner.expected] : [])),
  );
  if (words.length > 0) return [wrongWord(source, path, words, expected.includes('array'))];
  const is = valueAt(source, path);
  return [value(source, path, `${label(path)} cannot be ${kindOf(is)}`, hintForType(is, expected, path))];
}

function unknownKey({ source, schema }: Read, path: readonly PropertyKey[], key: string): Finding {
  const known = keysAt(schema, path);
  const near = suggest(key, known);
  const hint = near ? `did you mean \`${near}\`?` : `known here: ${known.join(', ')}`;
  return refusal('policy-unknown-key', `unknown key \`${key}\``, hint, source.locate([...path, key], 'key'));
}

function missingKey(source: Source, path: readonly PropertyKey[]): Finding {
  const key = String(path.at(-1));
  const where = path.length > 1 ? `${label(path.slice(0, -1))} has no \`${key}\`` : `the policy has no \`${key}\``;
  const hint = HINT_FOR_MISSING[key] ?? `write \`${key}\``;
  return refusal('policy-missing-key', where, hint, source.locate(path.slice(0, -1), 'key'));
}

const HINT_FOR_MISSING: Record<string, string> = {
  version: 'write `version: 1` at the top',
  servers: 'write `servers:` and below it one entry for each server',
  command: 'write `command:` with an absolute path, or a name to be found on `programPath`',
};

function wrongType(source: Source, path: readonly PropertyKey[], expected: string): Finding {
  const is = valueAt(source, path);
  const message = `${label(path)} must be ${article(expected)}, not ${kindOf(is)}`;
  return value(source, path, message, hintForType(is, [expected], path));
}

/** What makes of a value of another type the one that was probably meant. */
function hintForType(is: unknown, expected: readonly string[], path: readonly PropertyKey[]): string | undefined {
  const isScalar = typeof is === 'number' || typeof is === 'boolean';
  if (expected.includes('string') && isScalar) return `write \`"${String(is)}"\`: without quotes it is ${kindOf(is)}`;
  if (is === null && typeof path.at(-1) === 'string') return 'write a value after it';
  if (is === null) return 'write a value; a `~` alone wants quotes, `"~"`, for YAML takes it for nothing';
  return expected.includes('array') && typeof is === 'string' ? `write \`[${is}]\`` : undefined;
}

function wrongWord(
  source: Source,
  path: readonly PropertyKey[],
  words: readonly string[],
  mayBeList: boolean,
): Finding {
  const is = valueAt(source, path);
  const place = source.locate(path, 'value');
  const shown = typeof is === 'string' && words.includes(is) ? `\`${JSON.stringify(is)}\`` : written(is);
  if (words.length === UNSAFE_NAMES.length)
    return refusal('policy-value', `\`unsafe\` knows no ${written(is)}`, hintForWord(is, path, words, false), place);
  return refusal('policy-value', `${label(path)} cannot be ${shown}`, hintForWord(is, path, words, mayBeList), place);
}

function hintForWord(is: unknown, path: readonly PropertyKey[], words: readonly string[], mayBeList: boolean): string {
  const [only, ...more] = words;
  const key = String(path.at(-1));
  if (only !== undefined && more.length === 0) return `write \`${key}: ${only}\``;
  const near = typeof is === 'string' ? suggest(is, words) : undefined;
  if (near) return `did you mean \`${near}\`?`;
  if (mayBeList && typeof is === 'string') return `write \`[${is}]\`, or one of ${words.join(', ')}`;
  return HINT_FOR_VALUE[key] ?? `one of ${words.join(', ')}`;
}

function value(
  source: Source,
  path: readonly PropertyKey[],
  message: string,
  hint?: string,
  part: 'key' | 'value' = 'value',
): Finding {
  const known = HINT_FOR_VALUE[String(path.at(-1))] ?? hint ?? 'correct it at this place';
  return refusal('policy-value', message, known, source.locate(path, part));
}

const HINT_FOR_VALUE: Record<string, string> = {
  sha256: 'print it with `sha256sum FILE`',
  args: 'a list of strings: `args: ["--quiet"]`',
  env: 'names and strings: `env: { LOG_LEVEL: "warn" }`',
  pass: 'a list of names: `pass: [TZ, "REGION?"]`',
  version: 'write `version: 1`',
  cwd: '`private`, `project`, or an absolute path',
  integer: 'two whole numbers: `integer: [1, 100]`',
};

function label(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the policy';
  const [first, id, ...rest] = path;
  const inside = first === 'servers' && id !== undefined ? (rest.length > 0 ? rest : [id]) : path;
  return `\`${inside.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${nameOf(step)}`)).join('')}\``;
}

function nameOf(step: PropertyKey): string {
  return step === '' ? '""' : String(step);
}

function messageOf(issue: Issue | undefined): string {
  if (issue?.code === 'too_small') return issue.origin === 'string' ? 'must not be empty' : tooSmall(issue);
  if (issue?.code === 'too_big')
    return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
  return issue?.message === 'Invalid input' || !issue ? 'is not valid here' : lowerFirst(issue.message);
}

function tooSmall({ origin, minimum }: Extract<Issue, { code: 'too_small' }>): string {
  if (origin !== 'array') return `must be at least ${minimum}`;
  return minimum === 1 ? 'must not be empty' : `must have ${minimum} items`;
}

const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function written(is: unknown): string {
  return `\`${typeof is === 'string' && is !== '' ? is : (JSON.stringify(is) ?? 'nothing')}\``;
}

function article(expected: string): string {
  return (
    { array: 'a list', object: 'a map', record: 'a map', string: 'a string', number: 'a number' }[expected] ?? expected
  );
}

function kindOf(is: unknown): string {
  if (is === null) return 'empty';
  if (Array.isArray(is)) return 'a list';
  return (
    { object: 'a map', string: 'a string', number: 'a number', boolean: 'true or false' }[typeof is as string] ??
    typeof is
  );
}

function hasValue(source: Source, path: readonly PropertyKey[]): boolean {
  return path.length === 0 || valueAt(source, path) !== undefined;
}

function valueAt(source: Source, path: readonly PropertyKey[]): unknown {
  let inner: unknown = source.value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined;
    inner = Reflect.get(inner, step);
  }
  return inner;
}
