import { printable } from '../finding/printable.ts';

/**
 * A message of ours as plain text of SARIF, in which `[words](address)` is a link and `{0}` is filled in: a name out of
 * a hostile file becomes neither (SARIF 2.1.0, 3.11.5 and 3.11.6).
 *
 * Escapes are written only where a text could be read as one of the two. The standard asks to double every brace, but
 * viewers show the doubled ones, and a hint with braces is there to be copied.
 */
export function sarifText(text: string): string {
  const shown = printable(text);
  return withoutPlaceholders(shown.includes('](') ? withoutBrackets(shown) : shown);
}

/** Words that lead to the related location of that number. */
export function sarifLink(text: string, id: number): string {
  return `[${withoutPlaceholders(withoutBrackets(printable(text)))}](${id})`;
}

/** The backslash too, or `\]` would become `\\]`, which ends a link. */
function withoutBrackets(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}

function withoutPlaceholders(text: string): string {
  return /\{\d+\}/.test(text) ? text.replace(/[{}]/g, '$&$&') : text;
}
