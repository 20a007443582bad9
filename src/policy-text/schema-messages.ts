import * as z from 'zod';
import { isNamePattern } from '../match/name-pattern.ts';
import { matcher, rate } from './schema-values.ts';

// What a policy says of messages: of tools and prompts, each by a row; of what the server asks of the client.

export const verdict = z.enum(['allow', 'deny']);

export const namePattern = z
  .string()
  .regex(/^[^\s\p{Cc}\p{Cf}]{1,128}$/u, { error: 'must be a name, or a pattern with `*`' })
  .refine(isNamePattern, { error: 'must be a name, or a pattern with `*`' })
  .meta({
    id: 'NamePattern',
    description: 'A name, or a pattern in which `*` is any run of characters, none too. Case counts.',
    examples: ['delete_*'],
  });

const toolRow = z.union([
  verdict,
  z
    .strictObject({
      confirm: z
        .boolean()
        .optional()
        .meta({ description: 'Ask a person before each call. Without it: no.', examples: [true] }),
      arguments: z
        .record(z.string().min(1).max(128), matcher)
        .optional()
        .meta({
          description:
            'What each argument must be; one that is not named is denied. Without it: whatever the server takes.',
          examples: [{ path: { path: 'write' }, content: { maxLength: 200_000 } }],
        }),
      calls: rate.optional().meta({ description: 'So many calls of it.', examples: ['10/min'] }),
      readOnly: z
        .boolean()
        .optional()
        .meta({
          description: 'Only if the server says that it changes nothing. Without it: either way.',
          examples: [true],
        }),
    })
    .refine((row) => Object.keys(row).length > 0, { error: 'must say something: `allow`, `deny`, or a condition' })
    .meta({
      id: 'Row',
      minProperties: 1,
      description: 'A row of `tools` or `prompts` that allows under conditions. All that is written must hold.',
    }),
]);

export const rows = z.record(namePattern, toolRow);

export const client = z
  .strictObject({
    sampling: asking('Asking the model. Without it: `deny`.', 'deny'),
    elicitation: asking('Asking the person. Without it: `allow`, marked with the server’s id.', 'confirm'),
    roots: asking('Asking which directories are open. Without it: it is told the granted paths.', 'deny'),
    logging: asking('Sending log messages. Without it: `allow`.', 'allow'),
  })
  .meta({ id: 'Client', description: 'What the server may ask of the client.' });

function asking(description: string, example: 'allow' | 'deny' | 'confirm') {
  return z
    .enum(['allow', 'deny', 'confirm'])
    .optional()
    .meta({ description, examples: [example] });
}
