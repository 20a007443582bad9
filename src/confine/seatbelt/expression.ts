/** A rule of a profile as data: a word, a text, or a list. It becomes a text in one place, which quotes. */
export type Expression = string | { readonly text: string } | readonly Expression[];

/**
 * A profile, one rule a line. A word is one of ours and never a path: whatever a path holds, it comes as a parameter.
 */
export function profileText(rules: readonly (readonly Expression[])[]): string {
  return rules.map((rule) => `${write(rule)}\n`).join('');
}

function write(expression: Expression): string {
  if (typeof expression === 'string') return word(expression);
  if ('text' in expression) return `"${expression.text.replaceAll(/["\\]/g, '\\$&')}"`;
  return `(${expression.map(write).join(' ')})`;
}

function word(name: string): string {
  if (!/^[a-z][a-z0-9*-]*$|^1$/.test(name)) throw new Error(`${JSON.stringify(name)} is not a word of a profile`);
  return name;
}
