/** Of rules on characters, those that differ on a text: most have nothing to say on a token's. */
export function distinctOn(text: string, rules: readonly RegExp[]): RegExp[] {
  const units = [...new Set(text.split(''))];
  return [...new Map(rules.map((rule) => [units.filter((unit) => rule.test(unit)).join(''), rule])).values()];
}
