import * as z from 'zod';
import { hideFault } from '../match/hide-pattern.ts';
import { hostFault } from '../match/host-pattern.ts';
import { GIVES_UP } from '../policy/gives-up.ts';
import { MEANINGLESS_WITH, MOOT, UNSAFE_NAMES, type Unsafe } from '../policy/unsafe.ts';
import { limits } from './schema-limits.ts';
import { client, rows, verdict } from './schema-messages.ts';
import { secret } from './schema-secrets.ts';
import { absolutePath, envName, matcher, slot, text, userPath } from './schema-values.ts';
import { statePath } from './state-path.ts';

// An entry of `servers`, and what `defaults`, `ceiling` and a project's file have of it.

const STATE_PATH = {
  id: 'StatePath',
  description:
    'A path below the server’s HOME, such as `data` or `.cache/crm`: none that a program loads code or settings from by itself.',
  examples: ['.cache/crm'],
};

const hostPattern = z
  .string()
  .min(1)
  .superRefine((entry, context) => {
    const fault = hostFault(entry);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({
    id: 'HostPattern',
    description:
      '`host[:port]`, 443 unless said. `.example.com` is the domain and all below, `*.example.com` only what is below. An IPv6 address stands in brackets where a port follows.',
    examples: ['api.example.com'],
  });

export const network = z.union([z.enum(['none', 'any']), z.array(hostPattern)]);

const hidePattern = text.min(1).superRefine((pattern, context) => {
  const fault = hideFault(pattern);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

export const files = z
  .strictObject({
    read: z
      .array(userPath)
      .optional()
      .meta({ description: 'Paths to read. Without it: none.', examples: [['~/reference']] }),
    write: z
      .array(userPath)
      .optional()
      .meta({ description: 'Paths to read and write. Without it: none.', examples: [['~/notes']] }),
    hide: z
      .array(hidePattern)
      .optional()
      .meta({
        description:
          'What stays hidden of those, with all below it. `*` and `?` stand for characters of one name, `**` for any number of names; a pattern without `/` or `~/` in front is looked for at every depth. Without it: nothing.',
        examples: [['**/.env*']],
      }),
  })
  .meta({
    id: 'Files',
    description:
      'Paths of your files. Where a slot takes a path of a mode, the list of that mode is what it may lie below, and the given path alone is granted.',
  });

const pass = z.array(
  z.union([
    z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*\??$/, { error: 'must be the name of a variable, with `?` if it may be missing' }),
    z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\??$/, { error: 'must be the name of a variable' }), matcher)
      .refine((item) => Object.keys(item).length === 1, { error: 'must name one variable: `{ NAME: MATCHER }`' })
      .meta({ minProperties: 1, maxProperties: 1 }),
  ]),
);

const example = z.union([
  z.array(text),
  z.strictObject({ tool: z.string().min(1), arguments: z.record(z.string(), z.unknown()).optional() }),
]);

const examples = z
  .strictObject({
    allow: z
      .array(example)
      .optional()
      .meta({ description: 'What `check` must find allowed.', examples: [[['~/notes']]] }),
    deny: z
      .array(example)
      .optional()
      .meta({ description: 'What `check` must find denied.', examples: [[['/etc'], { tool: 'delete_note' }]] }),
  })
  .meta({
    id: 'Examples',
    description: 'Each is what stands after `run SERVER --`, as a list, or `{ tool, arguments }`, a call.',
  });

export const unsafe = z.array(
  z.enum(UNSAFE_NAMES).meta({
    id: 'Unsafe',
    description: 'What is given up, by name.',
    oneOf: UNSAFE_NAMES.map((name) => ({ const: name, description: surrender(name) })),
    examples: ['own-sandbox'],
  }),
);

function surrender(name: Unsafe): string {
  const besides = (MEANINGLESS_WITH[name] ?? []).map((key) => `\`${key}\``).join(', ');
  return [
    `Gives up ${GIVES_UP[name]}.`,
    ...(besides === '' ? [] : [`Not beside ${besides}.`]),
    ...(MOOT.includes(name) ? ['Changes nothing yet.'] : []),
  ].join(' ');
}

/** Keys of a server that `defaults` may give to every server. */
export const shared = {
  env: z
    .record(envName, text)
    .optional()
    .meta({ description: 'Variables with a fixed value. Without it: none.', examples: [{ LOG_LEVEL: 'warn' }] }),
  pass: pass.optional().meta({
    description:
      'Variables taken from the client’s environment: `NAME`, `NAME?` if it may be missing, `{ NAME: MATCHER }`. Without it: none.',
    examples: [['TZ', 'ACME_REGION?', { ACME_SITE: { oneOf: ['graz', 'linz'] } }]],
  }),
  cwd: z
    .union([z.enum(['private', 'project']), absolutePath])
    .optional()
    .meta({
      description:
        'Its working directory: `private`, one of its own, fresh and in memory; `project`, the repository of the client; or a path. The last two must be granted by `files`. Without it: `private`.',
      examples: ['private'],
    }),
  state: z
    .array(statePath.meta(STATE_PATH))
    .optional()
    .meta({
      description: 'Directories below its HOME that persist between launches. Without it: nothing does.',
      examples: [['.cache/crm']],
    }),
  files: files.optional().meta({ description: 'What it sees of your files. Without it: nothing.' }),
  network: network.optional().meta({
    description:
      '`none`, `any` (any public host), or a list of hosts, reached through the launcher alone. What a name leads to must be public, or be listed too. Without it: `none`, not even the machine’s own.',
    examples: [['api.acme.example', 'db.acme.example:5432']],
  }),
  limits: limits
    .optional()
    .meta({ description: 'What it may use up. Without it: of those that have a default, the default.' }),
  tools: rows.optional().meta({
    description:
      'Names or patterns of tools, and whether they may be called. The strictest row that matches counts; what none names is denied. Without it: all that the server lists.',
    examples: [{ 'read_*': 'allow', delete_note: 'deny', write_note: { confirm: true } }],
  }),
  prompts: rows.optional().meta({
    description: 'The same for prompts. Without it: all that the server lists.',
    examples: [{ '*': 'deny' }],
  }),
  resources: z
    .record(text.min(1), verdict)
    .optional()
    .meta({
      description: 'The same for resources, by patterns of their URI. Without it: all; `file:` only below `files`.',
      examples: [{ 'crm://contacts/*': 'allow' }],
    }),
  client: client.optional().meta({ description: 'What it may ask of the client.' }),
};

export const ServerSchema = z
  .strictObject({
    command: text.min(1).meta({
      description:
        '`npm:NAME@EXACT`, `pypi:NAME==EXACT`, both with `#PROGRAM` where the package has several, `oci:IMAGE@sha256:…`, an absolute path, or a bare name found on `programPath`. `npx`, `uvx` and their like are read with their first `args`, and mean the same package. An interpreter’s first argument is the program.',
      examples: ['/opt/acme/bin/crm-mcp'],
    }),
    args: z
      .array(z.union([text, slot]))
      .optional()
      .meta({
        description:
          'Its arguments: text is exact, a slot takes what is given after `--`. Without it: none, and none are taken.',
        examples: [['--quiet', { path: 'write' }]],
      }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits' })
      .optional()
      .meta({
        description:
          'Of the program’s file; of a script, the script. Without it: the lock has it, or the file and each directory above it must be root’s alone to change, or `unsafe` has `unlocked`.',
        examples: ['0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'],
      }),
    ...shared,
    secrets: z
      .record(envName, secret)
      .optional()
      .meta({
        description: 'Variables whose value is looked up in a store. Without it: none.',
        examples: [{ CRM_TOKEN: 'keyring:crm' }],
      }),
    examples: examples.optional().meta({ description: 'What `check` must find allowed and denied. Without it: none.' }),
    unsafe: unsafe
      .optional()
      .meta({ description: 'What is given up, by name. Without it: nothing.', examples: [['own-sandbox']] }),
  })
  .meta({ id: 'Server', description: 'A server: what is started, and all that it gets.' });

export type ServerInput = z.infer<typeof ServerSchema>;
