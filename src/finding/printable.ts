/** Names come from files that others wrote: nothing in them may move the cursor, hide or turn text round. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * Control characters, those of format (zero width, direction, tags), separators of lines, halves of characters, and
 * what Unicode says is drawn as nothing: categories Cc, Cf, Zl, Zp, Cs, Default_Ignorable_Code_Point, and the empty
 * Braille pattern.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}\u2800]/gu;
