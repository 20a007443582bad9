import * as z from 'zod';

/** What several documents have. */

export const place = z
  .object({ file: z.string(), line: z.int().min(1), column: z.int().min(1), length: z.int().min(0) })
  .meta({ id: 'Place', description: 'Line and column count from 1, length in UTF-16 units.' });

export const because = z.object({ reason: z.string(), at: place.optional() }).meta({ id: 'Because' });

export const finding = z
  .object({
    ident: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/),
    severity: z.enum(['error', 'warning', 'note']),
    message: z.string(),
    hint: z.string(),
    place: place.nullable(),
    related: z.array(z.object({ message: z.string(), place })),
    page: z.string(),
  })
  .meta({ id: 'Finding' });
