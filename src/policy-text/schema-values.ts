import * as z from 'zod';
import type { Matcher } from '../match/matcher.ts';
import { isNormal } from '../match/path.ts';

// The values that several keys take. What can be said as a regular expression, an enumeration or a bound is: it is in
// the published schema then, and an editor tells of it.

export const text = z.string().refine((value) => !value.includes('\0'), 'must not hold a NUL');

export const absolutePath = text
  .regex(/^\//, { error: pathError('an absolute path'), abort: true })
  .refine((path) => isNormal(path), { error: pathError('an absolute path') })
  .meta({
    id: 'AbsolutePath',
    description: 'An absolute path, without `.`, `..`, doubled or trailing slashes.',
    examples: ['/srv/data'],
  });

/** Absolute, or below the account's home. */
export const userPath = text
  .regex(/^(?:~$|~\/|\/)/, { error: pathError('an absolute path or start with `~/`'), abort: true })
  .refine((path) => path === '~' || isNormal(path.replace(/^~(?=\/)/, '')), {
    error: pathError('an absolute path or start with `~/`'),
  })
  .meta({
    id: 'UserPath',
    description: 'An absolute path, or `~/` and a path below your home, by the account’s entry in passwd.',
    examples: ['~/notes'],
  });

function pathError(what: string): string {
  return `must be ${what}, without \`.\`, \`..\`, doubled or trailing slashes`;
}

export const envName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of a variable' })
  .meta({
    id: 'VariableName',
    description: 'The name of a variable: letters, digits and `_`, not a digit first.',
    examples: ['LOG_LEVEL'],
  });

export const size = z
  .string()
  .regex(/^[1-9]\d{0,11}(?:B|KiB|MiB|GiB)$/, {
    error: 'must be a size: a whole number and `B`, `KiB`, `MiB` or `GiB`',
  })
  .meta({ id: 'Size', description: 'A whole number and `B`, `KiB`, `MiB` or `GiB`.', examples: ['512MiB'] });

export const duration = z
  .string()
  .regex(/^[1-9]\d{0,8}(?:ms|s|min|h|d)$/, {
    error: 'must be a time: a whole number and `ms`, `s`, `min`, `h` or `d`',
  })
  .meta({ id: 'Duration', description: 'A whole number and `ms`, `s`, `min`, `h` or `d`.', examples: ['1500ms'] });

export const rate = z
  .string()
  .regex(/^[1-9]\d{0,8}\/(?:s|min|h|d)$/, {
    error: 'must be a rate: a whole number, `/`, and `s`, `min`, `h` or `d`',
  })
  .meta({ id: 'Rate', description: 'A whole number, `/`, and `s`, `min`, `h` or `d`.', examples: ['60/min'] });

export const byteRate = z
  .string()
  .regex(/^[1-9]\d{0,11}(?:B|KiB|MiB|GiB)\/(?:s|min|h|d)$/, {
    error: 'must be a rate of bytes: a size, `/`, and `s`, `min`, `h` or `d`',
  })
  .meta({ id: 'ByteRate', description: 'A size, `/`, and `s`, `min`, `h` or `d`.', examples: ['10MiB/min'] });

export const count = z.int().min(1).max(1_000_000_000);

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const matcherKeys = {
  equals: scalar.optional().meta({ description: 'Exactly this value.', examples: ['eu-west-1'] }),
  oneOf: z
    .array(scalar)
    .min(1)
    .optional()
    .meta({ description: 'One of these values.', examples: [['eu-west-1', 'us-east-1']] }),
  path: z
    .enum(['read', 'write'])
    .optional()
    .meta({
      description: 'A path that `files` grants in this mode, compared by its real path, by component.',
      examples: ['read'],
    }),
  host: z
    .literal(true)
    .optional()
    .meta({ description: 'A host that `network` grants.', examples: [true] }),
  integer: z
    .tuple([z.int(), z.int()])
    .refine(([least, most]) => least <= most, { error: 'must be two whole numbers, the smaller one first' })
    .optional()
    .meta({ description: 'A whole number from the first to the second.', examples: [[1, 100]] }),
  match: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      description: 'A regular expression in RE2’s syntax that matches the whole value, in linear time.',
      examples: ['[a-z]+-[0-9]{1,4}'],
    }),
  maxLength: z
    .int()
    .min(0)
    .max(100_000_000)
    .optional()
    .meta({ description: 'At most so many characters.', examples: [200] }),
};

export const matcher = z
  .strictObject({
    ...matcherKeys,
    get each(): z.ZodOptional<z.ZodType<Matcher, Matcher>> {
      return matcher
        .optional()
        .meta({ description: 'Of a list: what each of its items must be.', examples: [{ maxLength: 200 }] });
    },
  })
  .refine((keys) => Object.keys(keys).length > 0, { error: 'must say what the value is to be' })
  .meta({
    id: 'Matcher',
    minProperties: 1,
    description: 'What a value must be. All that is written must hold; free text never starts with a dash.',
  });

/** A place in `args` that takes what is given after `--`. */
export const slot = z
  .strictObject({
    ...matcherKeys,
    rest: matcher.optional().meta({
      description: 'Of the last slot, and alone in it: what each further argument must be.',
      examples: [{ path: 'read' }],
    }),
    optional: z
      .literal(true)
      .optional()
      .meta({ description: 'May be left out. Without it: it must be given.', examples: [true] }),
    default: text.optional().meta({
      description: 'Taken when nothing is given, and judged as if it were given. Not beside `optional`.',
      examples: ['eu-west-1'],
    }),
  })
  .refine((keys) => Object.keys(keys).some((key) => key !== 'optional' && key !== 'default'), {
    error: 'must say what the argument is to be',
  })
  .refine(({ rest, ...others }) => rest === undefined || Object.keys(others).length === 0, {
    error: 'has `rest`, which stands alone',
  })
  .refine(({ optional, default: given }) => optional === undefined || given === undefined, {
    error: 'has `optional` and `default`, which exclude each other',
  })
  .meta({
    id: 'Slot',
    minProperties: 1,
    dependentSchemas: { rest: { maxProperties: 1 }, optional: { properties: { default: false } } },
    description: 'A place in `args` for what is given after `--`: what it must be, and whether it may be left out.',
  });
