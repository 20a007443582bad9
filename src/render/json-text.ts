/**
 * A value as JSON, pretty printed, with a newline at the end. Nothing in it can move the cursor, hide or turn text
 * round on a terminal, and nothing is lost: what would do so is written as an escape, so it parses back equal.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(UNPRINTABLE, escaped)}\n`;
}

/**
 * What `printable` writes in another way. The newline is left out, for outside of a string it is our layout, and inside
 * of one it is an escape already.
 */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One escape a UTF-16 unit (RFC 8259, section 7). */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
