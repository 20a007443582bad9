import * as z from 'zod';
import { parseCommand, parseReference, type Parsed } from '../policy/reference.ts';
import { text } from './schema-values.ts';

/** A secret of a server, by where it is kept. */

/** What is no reference may be the secret itself: it is not repeated. */
function refuse<Written>(parse: (value: Written) => Parsed) {
  return (value: Written, context: z.RefinementCtx): void => {
    const parsed = parse(value);
    if (!parsed.ok) context.addIssue({ code: 'custom', message: `${parsed.reason}: ${parsed.fix}` });
  };
}

const written = z
  .string()
  .regex(/^(?:env|file|dotenv|keyring|op|bw|pass|vault|sops|aws-sm|gcp-sm|az-kv):\S.*$/, {
    error: 'must be a reference such as `keyring:github`, `env:NAME`, `file:PATH` or `op://…`: never the secret itself',
    abort: true,
  })
  .superRefine(refuse(parseReference));
const command = z.strictObject({ cmd: z.array(text.min(1)).min(1).superRefine(refuse(parseCommand)) });

const reference = z.union([written, command]).meta({
  id: 'Reference',
  description:
    'Where a secret is kept: a store and a name in it, as in `keyring:github`, `env:NAME`, `file:PATH`, `op://…`; or `{ cmd: […] }`, a program that prints it. A path is absolute, below `~/`, or relative to the policy.',
  examples: ['keyring:crm'],
});

export const secret = z.union([
  reference,
  z
    .strictObject({
      from: reference.meta({ description: 'Where the value comes from.', examples: ['keyring:crm'] }),
      as: z
        .enum(['env', 'file', 'initialize', 'request'])
        .optional()
        .meta({
          description:
            'How the server gets it: a variable, a variable with the path of a file, `capabilities.experimental.auth.token` of `initialize`, `_meta.auth.token` of each request. Without it: `env`.',
          examples: ['file'],
        }),
      optional: z
        .boolean()
        .optional()
        .meta({
          description: 'The server can do without it. Without it: no, and it does not start.',
          examples: [true],
        }),
    })
    .meta({ id: 'Secret', description: 'A secret, and how the server gets it.' }),
]);

export type SecretInput = z.infer<typeof secret>;
