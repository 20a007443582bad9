import { isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Document, type YAMLMap } from 'yaml';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';
import { Places } from './places.ts';

/** A policy's text as plain data, and where each part of it stands. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** The place of the key or of the value at a path; of the nearest thing above it when there is none. */
  locate(path: readonly PropertyKey[], part: 'key' | 'value'): Place;
}

/**
 * Reads YAML 1.2 (or JSON, which is YAML) strictly: one document, plain tags, no aliases, no merge keys, no key twice,
 * only strings as keys. What could be read in two ways, or grow when read (an alias bomb), is an error with its place.
 */
export function readSource(file: string, text: string): Decision<Source> {
  const deep = findDeepBracket(text);
  if (deep !== undefined) return deny(tooDeep(placeIn(file, text, deep)));
  try {
    return read(file, text);
  } catch (error) {
    // The parser goes down into what is nested by calling itself: deeper than its stack, it gives up in this way.
    if (!(error instanceof RangeError)) throw error;
    return deny(tooDeep(placeIn(file, text, 0)));
  }
}

/** Where brackets are nested deeper than in any policy, in quotes or not: of each the parser would make a finding. */
function findDeepBracket(text: string): number | undefined {
  let depth = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return index;
  }
  return undefined;
}

function placeIn(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, length: 1 };
}

function read(file: string, text: string): Decision<Source> {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    stringKeys: true,
    merge: false, // `<<` stays an ordinary key, and is refused as one
    uniqueKeys: false, // the parser would compare each key with each other one: see `findForbidden`
    prettyErrors: false,
  });
  const places = new Places(file, text, document);

  // A warning is a tag or a directive that nobody knows: its value would be read as something that was not written.
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) =>
    syntax(firstSentence(message), places.between(pos[0], pos[1])),
  );
  if (document.directives?.yaml.version !== '1.2') problems.push(syntax('a policy is YAML 1.2', places.between(0, 1)));
  if (problems.length > 0) return deny(...problems.slice(0, MOST_FINDINGS));

  const forbidden = findForbidden(document, places);
  if (forbidden.length > 0) return deny(...forbidden.slice(0, MOST_FINDINGS));
  return allow({
    file,
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    locate: (path, part) => places.locate(path, part),
  });
}

/** More at once than anyone mends at once. */
export const MOST_FINDINGS = 50;

function findForbidden(document: Document, places: Places): Finding[] {
  const found: Finding[] = [];
  visit(document, (_key, node, above) => {
    if (above.length > MAX_DEPTH) {
      found.push(tooDeep(places.of(node)));
      return visit.BREAK;
    }
    if (isAlias(node) || ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor)) {
      found.push(syntax('anchors and aliases are not read here', places.of(node)));
    }
    if ((isMap(node) || isSeq(node)) && node.items.length > MAX_ITEMS) {
      found.push(syntax('this has more items than any policy', places.of(node)));
      return visit.BREAK;
    }
    if (isMap(node)) found.push(...findForbiddenKeys(node, places));
    return undefined;
  });
  return found;
}

/** No policy comes near it: each map or list is two steps, its pair and itself. */
const MAX_DEPTH = 64;

/** More than anyone reviews. Of a hundred thousand wrong ones, the schema's library cannot even tell. */
const MAX_ITEMS = 10_000;

function findForbiddenKeys(map: YAMLMap, places: Places): Finding[] {
  const known = new Set<unknown>();
  return map.items.flatMap(({ key }) => {
    const name = isScalar(key) ? key.value : undefined;
    const isDouble = known.has(name);
    known.add(name);
    if (isDouble) return [syntax(`\`${String(name)}\` is written twice`, places.of(key))];
    return FORBIDDEN_KEYS.has(name) ? [syntax(`\`${String(name)}\` cannot be a key`, places.of(key))] : [];
  });
}

// Keys that JavaScript gives a meaning of its own, and the merge key of YAML 1.1.
const FORBIDDEN_KEYS = new Set<unknown>(['__proto__', 'constructor', 'prototype', '<<']);

function tooDeep(place: Place): Finding {
  return syntax('this is nested deeper than any policy', place);
}

function syntax(message: string, place: Place): Finding {
  return refusal(
    'policy-syntax',
    message,
    'a policy is plain YAML: one document, each key once, no anchors, no tags',
    place,
  );
}

function firstSentence(message: string): string {
  const sentence = message.split('\n', 1)[0] ?? message;
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/[.:]$/, '');
}
