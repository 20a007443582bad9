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
  return issues.slice(0, MOST_FINDINGS).flatMap((issue) => toFindings({ source, schema }, issue, issue.path));
}

function toFindings(read: Read, issue: Issue, path: readonly PropertyKey[]): Finding[] {
  const { source } = read;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(read, path, key));
    case 'invalid_key':
      return [value(source, path, `${written(path.at(-1))} ${messageOf(issue.issues[0])}`, 'key')];
    case 'invalid_union':
      return unionFindings(read, issue, path);
    case 'invalid_type':
      return [hasValue(source, path) ? wrongType(source, path, issue.expected) : missingKey(source, path)];
    case 'invalid_value':
      if (!hasValue(source, path)) return [missingKey(source, path)];
      return [wrongWord(source, path, issue.values.map(String))];
    default:
      return [value(source, path, `${label(path)} ${messageOf(issue)}`)];
  }
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
  if (meant) return meant.flatMap((inner) => toFindings(read, inner, [...path, ...inner.path]));
  const { source } = read;
  if (words.length > 0) return [wrongWord(source, path, words)];
  return [value(source, path, `${label(path)} cannot be ${kindOf(valueAt(source, path))}`)];
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
  const is = kindOf(valueAt(source, path));
  return value(source, path, `${label(path)} must be ${article(expected)}, not ${is}`);
}

function wrongWord(source: Source, path: readonly PropertyKey[], words: readonly string[]): Finding {
  const is = valueAt(source, path);
  const near = typeof is === 'string' ? suggest(is, words) : undefined;
  const place = source.locate(path, 'value');
  const ofKey = HINT_FOR_VALUE[String(path.at(-1))];
  const hint = near ? `did you mean \`${near}\`?` : (ofKey ?? `one of ${words.join(', ')}`);
  if (words.length === UNSAFE_NAMES.length) {
    return refusal('policy-value', `\`unsafe\` knows no ${written(is)}`, hint, place);
  }
  return refusal('policy-value', `${label(path)} cannot be ${written(is)}`, hint, place);
}

function value(
  source: Source,
  path: readonly PropertyKey[],
  message: string,
  part: 'key' | 'value' = 'value',
): Finding {
  return refusal(
    'policy-value',
    message,
    HINT_FOR_VALUE[String(path.at(-1))] ?? 'correct it at this place',
    source.locate(path, part),
  );
}

const HINT_FOR_VALUE: Record<string, string> = {
  sha256: 'print it with `sha256sum FILE`',
  args: 'a list of strings: `args: ["--quiet"]`',
  env: 'names and strings: `env: { LOG_LEVEL: "warn" }`',
  pass: 'a list of names: `pass: [TZ, "REGION?"]`',
  version: 'write `version: 1`',
};

function label(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the policy';
  const [first, id, ...rest] = path;
  const inside = first === 'servers' && id !== undefined ? (rest.length > 0 ? rest : [id]) : path;
  return `\`${inside.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`)).join('')}\``;
}

function messageOf(issue: Issue | undefined): string {
  return issue?.message === 'Invalid input' || !issue ? 'is not valid here' : lowerFirst(issue.message);
}

const lowerFirst = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function written(is: unknown): string {
  return `\`${typeof is === 'string' ? is : (JSON.stringify(is) ?? 'nothing')}\``;
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
