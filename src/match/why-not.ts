import type { Matcher, Scalar } from './matcher.ts';

/** Where a value comes from, and what a matcher cannot know by itself. */
export interface MatchContext {
  /** Words of a command line are text, whatever they stand for; values of JSON have their types. */
  readonly from: 'argv' | 'json';
  /** Why `files` does not grant this path, or undefined. */
  path(value: string, mode: 'read' | 'write'): string | undefined;
  /** Why `network` does not grant this host, or undefined. */
  host(value: string): string | undefined;
  /** Whether a text as a whole matches this expression, in linear time. */
  regex(pattern: string): (text: string) => boolean;
}

/**
 * Why a value does not fit, as the rest of a sentence that begins with the value, or undefined if it fits.
 *
 * Every member of the matcher must hold, and one without members fits nothing. Free text, which only `match` and
 * `maxLength` speak of, never starts with a dash: whoever gets it might take it for an option (CWE-88).
 */
export function whyNot(matcher: Matcher, value: unknown, context: MatchContext): string | undefined {
  const { equals, oneOf, path, host, integer, match, maxLength, each } = matcher;
  const { from } = context;
  const isBound = [equals, oneOf, path, host, integer].some((member) => member !== undefined);
  const wantsText = [path, host, match, maxLength].some((member) => member !== undefined);
  if (!isBound && !wantsText && !each) return 'fits nothing, for its matcher is empty';

  if (equals !== undefined && !isSame(value, equals, from)) return `is not ${shown(equals, from)}`;
  if (oneOf && !oneOf.some((one) => isSame(value, one, from)))
    return `is not one of ${oneOf.map((one) => shown(one, from)).join(', ')}`;
  if (integer && !isBetween(integer, wholeNumber(value, from)))
    return `must be a whole number from ${integer[0]} to ${integer[1]}`;
  const ofItems = each && whyNoList(each, value, context);
  if (ofItems !== undefined || !wantsText) return ofItems;

  if (typeof value !== 'string') return 'must be text';
  if (!isBound && value.startsWith('-')) return 'starts with a dash, which free text never does';
  if (maxLength !== undefined && isLonger(value, maxLength))
    return `is longer than ${maxLength} character${maxLength === 1 ? '' : 's'}`;
  if (path && value.includes('\0')) return 'holds a NUL, which no path does';
  return (
    (path && context.path(value, path)) ??
    (host && context.host(value)) ??
    (match === undefined ? undefined : whyNoMatch(match, value, context))
  );
}

/** Of argv only the text is known: `8080` and `true` there are what JSON calls a number and a truth value. */
function isSame(value: unknown, expected: Scalar, from: MatchContext['from']): boolean {
  return value === (from === 'argv' ? String(expected) : expected);
}

function shown(expected: Scalar, from: MatchContext['from']): string {
  return `\`${from === 'argv' ? String(expected) : JSON.stringify(expected)}\``;
}

/** One spelling for each number: what two programs could read differently (`010`, `1e3`, `+1`, `-0`) is none. */
function wholeNumber(value: unknown, from: MatchContext['from']): number {
  if (from === 'argv') return typeof value === 'string' && /^(?:0|-?[1-9]\d*)$/.test(value) ? Number(value) : NaN;
  return typeof value === 'number' ? value : NaN;
}

function isBetween([least, most]: readonly [number, number], value: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

/** No word of a command line is a list. */
function whyNoList(each: Matcher, value: unknown, context: MatchContext): string | undefined {
  if (context.from === 'argv' || !Array.isArray(value)) return 'must be a list';
  const items: readonly unknown[] = value;
  for (const [index, item] of items.entries()) {
    const why = whyNot(each, item, context);
    if (why !== undefined) return `does not fit at index ${index}, which ${why}`;
  }
  return undefined;
}

/** By code points, of which a UTF-16 text has at least half as many as units: a huge text is not counted through. */
function isLonger(text: string, most: number): boolean {
  return text.length > most && (text.length > 2 * most || Array.from(text).length > most);
}

function whyNoMatch(pattern: string, text: string, context: MatchContext): string | undefined {
  if (Buffer.byteLength(text) > MAX_MATCHED) return 'is longer than 64 KiB, which is all that `match` reads';
  return context.regex(pattern)(text) ? undefined : `does not match \`${pattern}\``;
}

/** Linear time is still time: with the largest expressions that the engine takes, up to 45 µs a character. */
const MAX_MATCHED = 64 * 1024;
