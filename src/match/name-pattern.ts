/**
 * Whether a pattern matches a name: `*` is any run of characters, also none, and everything else is itself, case and
 * all. What stands between two `*` is taken where it first occurs, which leaves the most to what follows, so nothing
 * is tried twice and the time is that of a search.
 */
export function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...inner] = pattern.split('*');
  const last = inner.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  for (const part of inner) {
    const at = name.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return from <= name.length - last.length;
}

/**
 * Whether a text can be a row of `tools` or `prompts`: 1 to 128 characters, the length that MCP recommends for names
 * of tools, none of them white space or invisible: two rows that look the same are the same.
 */
export function isNamePattern(text: string): boolean {
  return /^[^\s\p{Cc}\p{Cf}\p{Cs}]{1,128}$/u.test(text);
}
