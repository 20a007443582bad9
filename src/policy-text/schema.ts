import * as z from 'zod';
import { limits } from './schema-limits.ts';
import { namePattern, rows } from './schema-messages.ts';
import { files, network, ServerSchema, shared, unsafe } from './schema-server.ts';
import { absolutePath, duration, size, text } from './schema-values.ts';

/**
 * The shape of a policy: the one source of what may be written, of the published JSON Schema and of docs/policy.md. The
 * description of a key is what both say of it; it ends with `Without it: …` where absence means something. Of `examples`
 * the page takes the first, and makes of all of them one policy.
 */

const DefaultsSchema = z
  .strictObject(shared)
  .meta({ id: 'Defaults', description: 'What every server has that does not write the key itself.' });

const CeilingSchema = z
  .strictObject({
    command: z
      .array(
        z.union([
          absolutePath,
          z.string().regex(/^(?:npm|pypi|oci):\S+$/, { error: 'must be an absolute path, or a package' }),
        ]),
      )
      .optional()
      .meta({
        description:
          'Programs: a file, or a directory and all below it; packages and images as an entry names them, `npm:NAME@EXACT`, `oci:IMAGE@sha256:…`, with `*` for any characters. Without it: none.',
        examples: [['/usr/bin', '/opt/acme', 'npm:@modelcontextprotocol/*']],
      }),
    pass: z
      .array(namePattern)
      .optional()
      .meta({ description: 'Variables that may be taken from the client. Without it: none.', examples: [['ACME_*']] }),
    files: files.optional().meta({
      description: 'Paths that may be granted. Without it: none.',
      examples: [{ read: ['/srv/reference'], write: ['~/work'] }],
    }),
    network: network.optional().meta({
      description: 'Hosts that may be granted. Without it: none.',
      examples: [['api.acme.example']],
    }),
    limits: limits.optional().meta({
      description: 'The most that any server may use up. Without it: what each server says.',
      examples: [{ memory: '2GiB' }],
    }),
    tools: rows.optional().meta({
      description: 'Tools that may be called. Without it: any.',
      examples: [{ '*': 'allow', 'delete_*': 'deny' }],
    }),
    unsafe: unsafe
      .optional()
      .meta({ description: 'What may be given up. Without it: nothing.', examples: [['unlocked']] }),
  })
  .meta({ id: 'Ceiling', description: 'What no server of any policy goes beyond.' });

const egress = z
  .strictObject({
    proxy: z
      .string()
      .regex(/^http:\/\/[^\s/@]+\/?$/, { error: 'must be `http://HOST:PORT`' })
      .optional()
      .meta({
        description: 'The proxy of a company network. Without it: none.',
        examples: ['http://proxy.acme.example:3128'],
      }),
    ca: absolutePath.optional().meta({
      description:
        'A file with its certificates. Servers trust them beside those of the machine, by the variables that Node.js, OpenSSL, Python, curl and git read; one that reads no such variable trusts whom it did before. Without it: those that a server trusts by itself.',
      examples: ['/etc/ssl/certs/acme.pem'],
    }),
  })
  .meta({ id: 'Egress', description: 'The way to the network.' });

const audit = z.union([
  z.literal('none'),
  z
    .strictObject({
      dir: absolutePath
        .optional()
        .meta({ description: 'Where the records go. Without it: our own directory.', examples: ['/var/log/mcp'] }),
      arguments: z
        .enum(['none', 'shape', 'hash', 'full'])
        .optional()
        .meta({ description: 'What of a call’s arguments is recorded. Without it: `shape`.', examples: ['hash'] }),
      keep: duration.optional().meta({ description: 'For how long.', examples: ['90d'] }),
      size: size.optional().meta({ description: 'At most so much.', examples: ['1GiB'] }),
      fsync: z
        .boolean()
        .optional()
        .meta({ description: 'Wait for the disk after each record. Without it: no.', examples: [true] }),
      anchor: z
        .enum(['syslog', 'journald'])
        .optional()
        .meta({
          description: 'Where each file’s last hash is kept too. Without it: nowhere.',
          examples: ['journald'],
        }),
    })
    .meta({ id: 'Audit', description: 'How much is recorded, and where.' }),
]);

export const ServerId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
    error: 'must be 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, and start with a letter or a digit',
  })
  .meta({
    id: 'ServerId',
    description: '1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, a letter or a digit first.',
    examples: ['crm'],
  });

export const PolicySchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Of the policy’s language.', examples: [1] }),
  servers: z
    .record(ServerId, z.union([text.min(1), ServerSchema]))
    .optional()
    .meta({
      description:
        'One entry for each server. Text alone is its `command`. Without it: no servers, which only a managed policy can be without.',
    }),
  defaults: DefaultsSchema.optional().meta({
    description:
      'What every server has that does not write the key itself; `files.hide` unites with the server’s. Without it: nothing.',
    examples: [{ pass: ['LANG?'], limits: { memory: '1GiB' } }],
  }),
  programPath: z
    .array(absolutePath)
    .optional()
    .meta({
      description:
        'Where bare names are looked up. Without it: `/usr/local/bin`, `/usr/bin`, `/bin`, and the directory of the Node.js that runs mcp-secure-run.',
      examples: [['/usr/bin', '/opt/acme/bin']],
    }),
  runAs: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, { error: 'must be the name of an account' })
    .optional()
    .meta({
      description: 'Started as root, the account that servers run under. Without it: `nobody`.',
      examples: ['nobody'],
    }),
  egress: egress.optional().meta({ description: 'The way to the network. Without it: the direct one.' }),
  audit: audit.optional().meta({
    description: 'What is recorded, and where. Without it: each launch and call, in our own directory.',
  }),
  ceiling: CeilingSchema.optional().meta({
    description:
      'Managed policy only: what no server of any policy goes beyond. What it does not name, it does not allow. Without it: no other policy adds servers.',
  }),
  lockdown: z
    .literal(true)
    .optional()
    .meta({
      description:
        'Managed policy only: its servers alone may run; every other policy may only narrow them. Without it: `ceiling` says.',
      examples: [true],
    }),
});

const { tools, prompts, resources, client: asked } = shared;
const NarrowingSchema = z.strictObject({
  tools,
  prompts,
  resources,
  client: asked,
  files: z.strictObject({ hide: files.shape.hide }).optional().meta({ description: 'What it is not to see: `hide`.' }),
  limits: shared.limits,
});

/** `.mcp-secure-run.yaml` of a project: only what narrows. */
export const ProjectSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Of the policy’s language.', examples: [1] }),
  servers: z.record(ServerId, NarrowingSchema).meta({ description: 'By the id that the policy has.' }),
});

export type PolicyInput = z.infer<typeof PolicySchema>;
export type DefaultsInput = z.infer<typeof DefaultsSchema>;
export type CeilingInput = z.infer<typeof CeilingSchema>;
export type ProjectInput = z.infer<typeof ProjectSchema>;
