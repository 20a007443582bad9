import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';

/** A schema as an editor has it: what it accepts, and values that it accepts, made from its own structure. */
export class JsonSchema {
  readonly root: AnySchemaObject;
  readonly #ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  readonly #validate: ValidateFunction;
  /** Of each reference, by how deep it stands. */
  readonly #known = new Map<string, fc.Arbitrary<unknown>>();

  constructor(text: string) {
    this.root = JSON.parse(text);
    this.#ajv.addSchema(this.root, 'root');
    this.#validate = this.at('#');
  }

  /** What is wrong with a value, or nothing. */
  faults(value: unknown): readonly string[] {
    this.#validate(value);
    return (this.#validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  /** What accepts the values of one place in the schema: `#/$defs/Size`. */
  at(pointer: string): ValidateFunction {
    const known = this.#ajv.getSchema(`root${pointer}`);
    if (!known) throw new Error(`the schema has no ${pointer}`);
    return known;
  }

  /** Values that it accepts; with few keys each, and lists of few items. */
  values(): fc.Arbitrary<unknown> {
    return this.#of(this.root, 0).filter((value) => this.faults(value).length === 0);
  }

  #of(part: AnySchemaObject, depth: number): fc.Arbitrary<unknown> {
    if (typeof part['$ref'] === 'string') return this.#ofReference(part['$ref'], depth);
    if (part['const'] !== undefined) return fc.constant(part['const']);
    if (part['enum']) return fc.constantFrom(...part['enum']);
    if (part['anyOf']) return fc.oneof(...part['anyOf'].map((form: AnySchemaObject) => this.#of(form, depth)));
    if (Array.isArray(part['type']))
      return fc.oneof(...part['type'].map((type: string) => this.#of({ ...part, type }, depth)));
    switch (part['type']) {
      case 'string':
        return ofText(part);
      case 'integer':
        return fc.integer({ min: part['minimum'], max: part['maximum'] });
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return this.#ofList(part, depth);
      case 'object':
        return this.#ofMap(part, depth);
      default:
        return fc.jsonValue({ maxDepth: 1 });
    }
  }

  #ofReference(pointer: string, depth: number): fc.Arbitrary<unknown> {
    const key = `${pointer} ${depth}`;
    const known = this.#known.get(key);
    if (known) return known;
    const accepts = this.at(pointer);
    const made = this.#of(this.root['$defs'][pointer.replace('#/$defs/', '')], depth + 1).filter((one) => accepts(one));
    this.#known.set(key, made);
    return made;
  }

  #ofList(part: AnySchemaObject, depth: number): fc.Arbitrary<unknown> {
    if (part['prefixItems'])
      return fc.tuple(...part['prefixItems'].map((item: AnySchemaObject) => this.#of(item, depth)));
    return fc.array(this.#of(part['items'], depth), { minLength: part['minItems'] ?? 0, maxLength: 3 });
  }

  #ofMap(part: AnySchemaObject, depth: number): fc.Arbitrary<unknown> {
    const required: readonly string[] = part['required'] ?? [];
    if (part['propertyNames'])
      return fc.dictionary(
        this.#of({ type: 'string', ...part['propertyNames'] }, depth) as fc.Arbitrary<string>,
        this.#of(part['additionalProperties'], depth),
        { minKeys: part['minProperties'] ?? 0, maxKeys: part['maxProperties'] ?? 3, noNullPrototype: true },
      );
    const properties = Object.entries<AnySchemaObject>(part['properties'] ?? {})
      // A matcher may hold a matcher: not for ever.
      .filter(([key]) => depth < MOST_DEPTH || required.includes(key) || key !== 'each')
      .map(([key, inner]) => [key, this.#of(inner, key === 'each' ? depth + 2 : depth)]);
    return fc.record<Record<string, unknown>>(Object.fromEntries(properties), {
      requiredKeys: [...required],
      noNullPrototype: true,
    });
  }
}

const MOST_DEPTH = 6;

/** Of a pattern that fast-check knows no text for, the schema's own examples. */
function ofText(part: AnySchemaObject): fc.Arbitrary<string> {
  const pattern: string | undefined = part['pattern'];
  // In code points, as JSON Schema counts.
  const isRight = (text: string): boolean => {
    const { length } = Array.from(text);
    return length >= (part['minLength'] ?? 0) && length <= (part['maxLength'] ?? Infinity);
  };
  if (pattern === undefined) return fc.string({ unit: 'binary', minLength: part['minLength'] ?? 0 }).filter(isRight);
  const expression = new RegExp(pattern, 'u');
  const free = /\(\?!|\\p/.test(pattern)
    ? fc.oneof(fc.constantFrom<string>(...part['examples']), fc.string({ unit: 'grapheme', minLength: 1 }))
    : fc.stringMatching(new RegExp(pattern));
  return free.filter((text) => expression.test(text) && isRight(text));
}
