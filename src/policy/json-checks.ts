/** Tells of a value of unknown make, as `JSON.parse` returns it, whether it is one of these. */
export type Is<Value> = (value: unknown) => value is Value;

/** Whether each member is what its check says. A member without a check does not compile, and one that is no member neither. */
export function has<Thing>(value: unknown, checks: Checks<Thing>): value is Thing {
  if (!isRecord(value)) return false;
  for (const name in checks) if (!checks[name](value[name])) return false;
  return true;
}

type Checks<Thing> = { readonly [Name in keyof Thing]-?: Is<Thing[Name]> };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isOneOf<const Value extends string | boolean>(values: readonly Value[]): Is<Value> {
  return (value): value is Value => values.some((one) => one === value);
}

export function isListOf<Item>(isItem: Is<Item>): Is<Item[]> {
  return (value) => Array.isArray(value) && value.every(isItem);
}

export function isOptional<Value>(is: Is<Value>): Is<Value | undefined> {
  return (value) => value === undefined || is(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
