import * as z from 'zod';
import { files, limits, namePattern, network, rows, ServerSchema, shared, unsafe } from './schema-server.ts';
import { absolutePath, duration, size, text } from './schema-values.ts';

/**
 * The shape of a policy: the one source of what may be written, of the published JSON Schema and of docs/policy.md. The
 * description of a key is what both say of it.
 */

const DefaultsSchema = z.strictObject(shared);

const CeilingSchema = z.strictObject({
  command: z
    .array(
      z.union([
        absolutePath,
        z.string().regex(/^(?:npm|pypi|oci):\S+$/, { error: 'must be an absolute path, or a package' }),
      ]),
    )
    .optional()
    .meta({ description: 'Programs: a file, or a directory and all below it; packages by name, with `*`.' }),
  pass: z.array(namePattern).optional().meta({ description: 'Names of variables that may be taken from the client.' }),
  files: files.optional().meta({ description: 'Paths that may be granted.' }),
  network: network.optional().meta({ description: 'Hosts that may be granted.' }),
  limits: limits.optional().meta({ description: 'The most that any server may use up.' }),
  tools: rows.optional().meta({ description: 'Tools that may be called.' }),
  unsafe: unsafe.optional().meta({ description: 'What may be given up. Without it, nothing.' }),
});

const egress = z.strictObject({
  proxy: z
    .string()
    .regex(/^http:\/\/[^\s/@]+\/?$/, { error: 'must be `http://HOST:PORT`' })
    .optional()
    .meta({
      description: 'The proxy of a company network.',
    }),
  ca: absolutePath.optional().meta({ description: 'Its certificates.' }),
});

const audit = z.union([
  z.literal('none'),
  z.strictObject({
    dir: absolutePath.optional().meta({ description: 'Where the records go.' }),
    arguments: z
      .enum(['none', 'shape', 'hash', 'full'])
      .optional()
      .meta({ description: 'What of a call is recorded.' }),
    keep: duration.optional().meta({ description: 'For how long.' }),
    size: size.optional().meta({ description: 'At most so much.' }),
    fsync: z.boolean().optional().meta({ description: 'Wait for the disk after each record.' }),
    anchor: z.enum(['syslog', 'journald']).optional().meta({ description: 'Where each file’s last hash is kept too.' }),
  }),
]);

export const ServerId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  error: 'must be 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, and start with a letter or a digit',
});

export const PolicySchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Of the policy’s language.' }),
  servers: z
    .record(ServerId, z.union([text.min(1), ServerSchema]))
    .optional()
    .meta({
      description: 'One entry for each server. Text alone is its `command`.',
    }),
  defaults: DefaultsSchema.optional().meta({
    description: 'What every server has that does not write the key itself; `files.hide` unites with the server’s.',
  }),
  programPath: z.array(absolutePath).optional().meta({
    description:
      'Where bare names are looked up. Without it: `/usr/local/bin`, `/usr/bin`, `/bin`, and the directory of the Node.js that runs mcp-secure-run.',
  }),
  runAs: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, { error: 'must be the name of an account' })
    .optional()
    .meta({ description: 'Started as root, the account that servers run under. Without it: `nobody`.' }),
  egress: egress.optional().meta({ description: 'The way to the network.' }),
  audit: audit.optional().meta({ description: 'What is recorded, and where.' }),
  ceiling: CeilingSchema.optional().meta({
    description:
      'Managed policy only: what no server of any policy goes beyond. What it does not name, it does not allow.',
  }),
  lockdown: z.literal(true).optional().meta({
    description: 'Managed policy only: its servers alone may run; every other policy may only narrow them.',
  }),
});

const { tools, prompts, resources, client: asked } = shared;
const NarrowingSchema = z.strictObject({
  tools,
  prompts,
  resources,
  client: asked,
  files: z.strictObject({ hide: files.shape.hide }).optional().meta({ description: 'What it is not to see.' }),
  limits: shared.limits,
});

/** `.mcp-secure-run.yaml` of a project: only what narrows. */
export const ProjectSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Of the policy’s language.' }),
  servers: z.record(ServerId, NarrowingSchema).meta({ description: 'By the id that the policy has.' }),
});

export type PolicyInput = z.infer<typeof PolicySchema>;
export type DefaultsInput = z.infer<typeof DefaultsSchema>;
export type CeilingInput = z.infer<typeof CeilingSchema>;
export type ProjectInput = z.infer<typeof ProjectSchema>;
