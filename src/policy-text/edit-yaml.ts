import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { blockEntry, columnOf, flowEntry, flowText, layoutOf, lineStart, type Layout } from './yaml-layout.ts';
import { isRecord } from '../policy/json-checks.ts';

export type Path = readonly (string | number)[];

/**
 * The text with `value` at `path`, where nothing stood or an empty value did: a key that its map has not, or the index
 * after a list's last item. What is missing on the way is written too, and a text in a map's place becomes its `command`.
 *
 * All else stays as it is: this inserts, and takes away no more than `none`, a null, and blanks. Undefined where no
 * place is found. The text that comes back is not yet known to say what it should: who asks reads it again.
 */
export function putInYaml(text: string, path: Path, value: unknown, mayWrap = true): string | undefined {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    stringKeys: true,
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    keepSourceTokens: true,
  });
  const layout = layoutOf(text, document);
  let node: unknown = document.contents;
  for (const [index, step] of path.entries()) {
    const missing = nest(path.slice(index + 1), value);
    if (isSeq(node))
      return step === node.items.length ? splice(text, addToSeq(text, node, missing, layout)) : undefined;
    if (!isMap(node) || typeof step === 'number') return undefined;
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
    if (!pair) return splice(text, addToMap(text, node, step, missing, layout));
    if (isVoid(pair.value, path[index + 1])) return splice(text, fill(pair, flowText(missing, layout)));
    if (isScalar(pair.value)) {
      const wrapped =
        mayWrap && index + 1 === ENTRY ? splice(text, wrap(text, node, pair, pair.value, layout)) : undefined;
      return wrapped === undefined ? undefined : putInYaml(wrapped, path, value, false);
    }
    node = pair.value;
  }
  return undefined;
}

function nest(path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  return typeof step === 'number' ? [nest(rest, value)] : { [step]: nest(rest, value) };
}

/** The same edit of the data that a text says; undefined where something else stands in the way. */
export function putInData(data: unknown, path: Path, value: unknown, depth = 0): unknown {
  const [step, ...rest] = path;
  if (data === undefined || data === null || (data === 'none' && typeof step === 'number')) return nest(path, value);
  if (step === undefined) return undefined;
  if (Array.isArray(data)) return step === data.length ? [...data, nest(rest, value)] : undefined;
  const map = depth === ENTRY && typeof data === 'string' ? { command: data } : data;
  if (!isRecord(map) || typeof step === 'number') return undefined;
  const inner = putInData(Object.hasOwn(map, step) ? map[step] : undefined, rest, value, depth + 1);
  return inner === undefined ? undefined : { ...map, [step]: inner };
}

/** How far down an entry of `servers` stands: a text there is its command. */
const ENTRY = 2;

/** Nothing, or the word for it where a list belongs: `network: none`. */
function isVoid(value: unknown, next: string | number | undefined): boolean {
  if (value === null || (isScalar(value) && value.value === null)) return true;
  return isScalar(value) && value.value === 'none' && typeof next === 'number';
}

/** What is put in place of the text from one offset to another. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const insert = (at: number, text: string): Splice => ({ from: at, to: at, text });

function splice(text: string, splices: readonly Splice[] | undefined): string | undefined {
  return splices
    ?.toReversed()
    .reduce((whole, { from, to, text: put }) => whole.slice(0, from) + put + whole.slice(to), text);
}

function addToSeq(text: string, seq: YAMLSeq, item: unknown, layout: Layout): Splice[] | undefined {
  const [written, last] = [flowText(item, layout, seq.items), seq.items.at(-1)];
  if (seq.flow) return addToFlow(text, seq, written, startOf(last), layout);
  const start = seq.range?.[0];
  if (start === undefined) return undefined;
  // The dash of the last item with the blanks after it, where the item stands beside it.
  const at = startOf(last) ?? start;
  const dash = /-[ \t]+$/.exec(text.slice(lineStart(text, at), at))?.[0];
  return addLine(text, endOf(seq), `${indentAt(text, start)}${dash ?? '- '}${written}`, layout);
}

function addToMap(text: string, map: YAMLMap, key: string, value: unknown, layout: Layout): Splice[] | undefined {
  const last = map.items.at(-1);
  if (map.flow) return addToFlow(text, map, flowEntry(key, value, layout), startOf(last?.key), layout);
  const start = startOf(last?.key);
  if (start === undefined) return undefined;
  return addLine(text, endOf(map), blockEntry(key, value, indentAt(text, start), layout), layout);
}

/** After the last entry: on a line of its own where that one and the closing bracket have theirs. */
function addToFlow(
  text: string,
  node: YAMLMap | YAMLSeq,
  entry: string,
  last: number | undefined,
  { eol, isTight }: Layout,
): Splice[] | undefined {
  if (!node.range) return undefined;
  const [open, close] = [node.range[0] + 1, node.range[1] - 1];
  if (node.items.length === 0) return [fillFlow(text, open, close, entry, isMap(node) && !isTight)];
  const end = endOf(node.items.at(-1));
  if (end === undefined || last === undefined) return undefined;
  const comma = findComma(text, end, close);
  const isExploded = isFirstOnLine(text, last) && isFirstOnLine(text, close);
  if (comma !== undefined) {
    if (!isExploded) return [insert(comma + 1, ` ${entry},`)];
    return [insert(lineEnd(text, comma + 1), `${eol}${indentAt(text, last)}${entry},`)];
  }
  if (!isExploded) return [insert(end, `${isTight ? ',' : ', '}${entry}`)];
  return [insert(end, ','), insert(lineEnd(text, end), `${eol}${indentAt(text, last)}${entry}`)];
}

function fillFlow(text: string, open: number, close: number, entry: string, isPadded: boolean): Splice {
  const holdsComment = text.slice(open, close).trim() !== '';
  if (holdsComment) return insert(open, isPadded ? ` ${entry}` : entry);
  return { from: open, to: close, text: isPadded ? ` ${entry} ` : entry };
}

/** A comma between the last entry and the bracket: there is nothing else but blanks and comments. */
function findComma(text: string, from: number, close: number): number | undefined {
  const blanks = /^(?:\s|#[^\n]*)*/.exec(text.slice(from, close))?.[0].length ?? 0;
  return from + blanks < close ? from + blanks : undefined;
}

/** In place of nothing, or of the word for it. */
function fill({ key, value, srcToken }: Pair, written: string): Splice[] | undefined {
  const range = isScalar(value) ? value.range : undefined;
  if (range && range[1] > range[0]) return [{ from: range[0], to: range[1], text: written }];
  const colon = colonEnd(srcToken);
  const after = colon ?? (isScalar(key) ? key.range?.[1] : undefined);
  return after === undefined ? undefined : [insert(after, `${colon === undefined ? ':' : ''} ${written}`)];
}

/** `id: TEXT` as `id: { command: TEXT }`: the text itself stays, with its quotes and the comment behind it. */
function wrap(text: string, map: YAMLMap, pair: Pair, scalar: Scalar, layout: Layout): Splice[] | undefined {
  const [colon, start] = [colonEnd(pair.srcToken), startOf(pair.key)];
  if (typeof scalar.value !== 'string' || !scalar.range || colon === undefined || start === undefined) return undefined;
  const [from, to] = scalar.range;
  const key = `${flowText('command', layout)}:${layout.isTight ? '' : ' '}`;
  if (map.flow) return [insert(from, layout.isTight ? `{${key}` : `{ ${key}`), insert(to, layout.isTight ? '}' : ' }')];
  if (isFirstOnLine(text, from)) return [insert(from, key)];
  if (text.slice(colon, from).trim() !== '') return undefined; // a tag
  return [{ from: colon, to: from, text: `${layout.eol}${indentAt(text, start)}${layout.step}${key}` }];
}

/** The entry on a line of its own, after the line on which the last one ends. */
function addLine(text: string, end: number | undefined, line: string, { eol }: Layout): Splice[] | undefined {
  if (end === undefined) return undefined;
  const isNewLine = text[end - 1] === '\n'; // a text in a block ends with its line
  return [isNewLine ? insert(end, line + eol) : insert(lineEnd(text, end), eol + line)];
}

/** Where what is written of a node, or of a pair, ends: before the blanks and comments that follow it. */
function endOf(node: unknown): number | undefined {
  if (isPair(node)) {
    const ends = [startOf(node.key, 1), colonEnd(node.srcToken), isEmpty(node.value) ? undefined : endOf(node.value)];
    return ends.findLast((end) => end !== undefined);
  }
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1));
  return startOf(node, 1);
}

/** A value that is not written. */
function isEmpty(value: unknown): boolean {
  return !isNode(value) || !value.range || value.range[0] === value.range[1];
}

/** Where a node starts; or, of its range, another offset. */
function startOf(node: unknown, index: 0 | 1 = 0): number | undefined {
  return isNode(node) ? node.range?.[index] : undefined;
}

function colonEnd(token: Pair['srcToken']): number | undefined {
  const colon = token?.sep?.find(({ type }) => type === 'map-value-ind');
  return colon && colon.offset + 1;
}

/** What a line starts with that goes as far as this one does before an offset: the same blanks, where it is blank. */
function indentAt(text: string, offset: number): string {
  const column = columnOf(text, offset);
  return isFirstOnLine(text, offset) ? text.slice(offset - column, offset) : ' '.repeat(column);
}

function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === '';
}

/** Before the line's end, CRLF or LF. */
function lineEnd(text: string, offset: number): number {
  const end = text.slice(offset).search(/\r?\n|$/);
  return offset + end;
}
