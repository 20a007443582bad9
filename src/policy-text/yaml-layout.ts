import { isMap, isPair, isScalar, isSeq, stringify, visit, type Document } from 'yaml';
import { isRecord } from '../policy/json-checks.ts';

/** How a text is laid out: what is added to it looks like the rest. */
export interface Layout extends FlowLayout {
  readonly eol: string;
  /** What a block below its key is further in. */
  readonly step: string;
  /** A list that is added: in brackets, or dashes below its key, further in or not. */
  readonly list: 'flow' | 'block' | 'compact';
}

interface FlowLayout {
  readonly isJson: boolean;
  /** JSON without a blank. */
  readonly isTight: boolean;
}

export function layoutOf(text: string, document: Document): Layout {
  const root = document.contents;
  const isJson = isMap(root) && root.flow === true && quoteOf(root.items[0]?.key) === 'QUOTE_DOUBLE';
  const found: { step?: number; list?: Layout['list'] } = {};
  visit(document, (_key, node, above) => {
    const pair = above.at(-1);
    if ((!isMap(node) && !isSeq(node)) || node.flow || !node.range || !isPair(pair)) return;
    if (!isScalar(pair.key) || !pair.key.range) return;
    const further = columnOf(text, node.range[0]) - columnOf(text, pair.key.range[0]);
    if (isMap(node)) found.step ??= further;
    else found.list ??= further > 0 ? 'block' : 'compact';
  });
  return {
    eol: /\r?\n/.exec(text)?.[0] ?? '\n',
    step: ' '.repeat(Math.max(found.step ?? 2, 1)),
    isJson,
    isTight: isJson && !/[:,]\s/.test(text),
    list: found.list ?? 'flow',
  };
}

/** From the start of its line; a byte order mark is no column. */
export function columnOf(text: string, offset: number): number {
  return text.slice(lineStart(text, offset), offset).replace(/^\uFEFF/, '').length;
}

export function lineStart(text: string, offset: number): number {
  return text.slice(0, offset).lastIndexOf('\n') + 1;
}

/** A key and its value on lines of their own, without the last line's end. */
export function blockEntry(key: string, value: unknown, indent: string, layout: Layout): string {
  const { eol, step, list } = layout;
  const head = `${indent}${flowText(key, layout)}:`;
  if (Array.isArray(value) && list !== 'flow') {
    const dash = `${list === 'block' ? indent + step : indent}- `;
    return [head, ...value.map((item) => dash + flowText(item, layout))].join(eol);
  }
  if (isRecord(value)) {
    return [head, ...Object.entries(value).map(([inner, of]) => blockEntry(inner, of, indent + step, layout))].join(
      eol,
    );
  }
  return `${head} ${flowText(value, layout)}`;
}

/** A key and its value inside braces. */
export function flowEntry(key: string, value: unknown, layout: FlowLayout): string {
  return `${flowText(key, layout)}:${layout.isTight ? '' : ' '}${flowText(value, layout)}`;
}

/** A value in a line; a text is quoted as its neighbours are, and wherever YAML or JSON asks for it. */
export function flowText(value: unknown, layout: FlowLayout, neighbours: readonly unknown[] = []): string {
  const comma = layout.isTight ? ',' : ', ';
  if (Array.isArray(value)) return `[${value.map((item) => flowText(item, layout)).join(comma)}]`;
  if (isRecord(value)) {
    const entries = Object.entries(value).map(([key, of]) => flowEntry(key, of, layout));
    return layout.isTight ? `{${entries.join(comma)}}` : `{ ${entries.join(comma)} }`;
  }
  if (typeof value === 'string' && UNPLAIN.test(value)) return escaped(value);
  const type = layout.isJson ? 'QUOTE_DOUBLE' : commonQuote(neighbours);
  return scalarText(value, type);
}

/** What would break the line, or could not be seen in it. */
const UNPLAIN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function escaped(value: string): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join(''),
  );
}

const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

/** As the library writes it in a list: what stands in braces or brackets needs quotes more often than elsewhere. */
function scalarText(value: unknown, type: Quote | 'PLAIN'): string {
  const written = stringify([value], {
    collectionStyle: 'flow',
    flowCollectionPadding: false,
    lineWidth: 0,
    defaultStringType: type,
    singleQuote: type === 'QUOTE_SINGLE',
  });
  return written.trim().slice(1, -1);
}

type Quote = 'QUOTE_SINGLE' | 'QUOTE_DOUBLE';

function commonQuote(neighbours: readonly unknown[]): Quote | 'PLAIN' {
  const [first, ...others] = neighbours.map(quoteOf);
  return first !== undefined && others.every((quote) => quote === first) ? first : 'PLAIN';
}

function quoteOf(node: unknown): Quote | undefined {
  const type = isScalar(node) ? node.type : undefined;
  return type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE' ? type : undefined;
}
