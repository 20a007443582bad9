import {
  isNode,
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding, type Place } from '../finding/finding.ts';

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
  const lines = new LineCounter();
  // `stringKeys` and `uniqueKeys` make odd and double keys errors; `merge: false` keeps `<<` an ordinary, unknown key.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    merge: false,
    prettyErrors: false,
    lineCounter: lines,
  });

  const placeAt = (start: number, end: number): Place => {
    const { line, col } = lines.linePos(start);
    const lineEnd = lines.lineStarts[line] ?? text.length + 1;
    return { file, line, column: col, length: Math.max(1, Math.min(end, lineEnd - 1) - start) };
  };

  // A warning is a tag that nobody knows: its value would be read as something that was not written.
  const problems = [...document.errors, ...document.warnings].map((problem) =>
    syntax(firstSentence(problem.message), placeAt(problem.pos[0], problem.pos[1])),
  );
  if (problems.length > 0) return deny(...problems);

  const forbidden = findForbidden(document, placeAt);
  if (forbidden.length > 0) return deny(...forbidden);

  return allow({
    file,
    value: document.toJS({ maxAliasCount: 0 }) as unknown,
    locate: (path, part) => {
      const node = nodeAt(document, path, part);
      return node?.range ? placeAt(node.range[0], node.range[1]) : placeAt(0, 1);
    },
  });
}

function findForbidden(document: Document, placeAt: (start: number, end: number) => Place): Finding[] {
  const found: Finding[] = [];
  visit(document, (_key, node) => {
    if (
      isAlias(node) ||
      (isMap(node) && node.anchor) ||
      (isSeq(node) && node.anchor) ||
      (isScalar(node) && node.anchor)
    ) {
      found.push(syntax('anchors and aliases are not read here', placeOf(node, placeAt)));
    } else if (isPair(node) && isScalar(node.key) && FORBIDDEN_KEYS.has(String(node.key.value))) {
      found.push(syntax(`\`${String(node.key.value)}\` cannot be a key`, placeOf(node.key, placeAt)));
    }
  });
  return found;
}

// Keys that JavaScript gives a meaning of its own, and the merge key of YAML 1.1.
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype', '<<']);

function placeOf(node: unknown, placeAt: (start: number, end: number) => Place): Place {
  const range = isNode(node) ? node.range : undefined;
  return range ? placeAt(range[0], range[1]) : placeAt(0, 1);
}

function nodeAt(document: Document, path: readonly PropertyKey[], part: 'key' | 'value'): Node | undefined {
  let node: unknown = document.contents;
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!pair) break;
      node = (isLast && part === 'key') || pair.value === null ? pair.key : pair.value;
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step];
    } else break;
  }
  return isNode(node) ? node : undefined;
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
