import { printable } from '../finding/printable.ts';
import { writtenForms } from '../mask/written-forms.ts';

/**
 * What a provider said, fit to be shown: its last lines, printable, bounded, without any of these values, in no
 * spelling that a tool’s error gives them, and without what looks like another.
 */
export function withoutValues(words: string, values: readonly string[]): string {
  const lines = masked(words, values)
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = printable(lines.slice(-MOST_LINES).join('; ')).replace(LOOKS_SECRET, HIDDEN);
  return text.length <= MOST_CHARACTERS ? text : `…${text.slice(-MOST_CHARACTERS)}`;
}

/** Values first, the longest first: one may hold another, and a line’s end may stand in one. In Latin-1, as forms are. */
function masked(words: string, values: readonly string[]): string {
  const forms = [...new Set(values.flatMap(formsOf))].toSorted((one, other) => other.length - one.length);
  const text = forms.reduce((all, form) => all.replaceAll(form, HIDDEN), Buffer.from(words).toString('latin1'));
  return Buffer.from(text, 'latin1').toString();
}

/** What is masked of a server’s output, and more: a tool’s words are few, so a value may be short, and each of its lines. */
function formsOf(value: string): readonly string[] {
  const lines = value.split(/[\r\n]+/).filter((line) => line.length >= LEAST_LINE);
  return [value.trim(), ...lines]
    .filter((text) => text !== '')
    .flatMap((text) => [...writtenForms(text), Buffer.from(text).toString('base64').replace(/=+$/, '')]);
}

const HIDDEN = '[hidden]';
const MOST_LINES = 3;
const MOST_CHARACTERS = 300;
/** Of a text of several lines: shorter ones are braces and brackets. */
const LEAST_LINE = 4;
/** A tool may name a value that it did not give us. Letters and digits mixed in a long run are no word of a message. */
const LOOKS_SECRET = /(?=[A-Za-z_+=-]*\d)(?=[\d_+=-]*[A-Za-z])[A-Za-z0-9_+=-]{20,}/g;
