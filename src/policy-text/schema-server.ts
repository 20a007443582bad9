import * as z from 'zod';
import { hostFault } from '../match/host-pattern.ts';
import { isNamePattern } from '../match/name-pattern.ts';
import { UNSAFE_NAMES } from '../policy/unsafe.ts';
import {
  absolutePath,
  byteRate,
  count,
  duration,
  envName,
  matcher,
  rate,
  size,
  slot,
  text,
  userPath,
} from './schema-values.ts';
import { statePath } from './state-path.ts';

// An entry of `servers`, and what `defaults`, `ceiling` and a project's file have of it.

const verdict = z.enum(['allow', 'deny']);

export const namePattern = z
  .string()
  .regex(/^[^\s\p{Cc}\p{Cf}]{1,128}$/u, { error: 'must be a name, or a pattern with `*`' })
  .refine(isNamePattern, { error: 'must be a name, or a pattern with `*`' });

const hostPattern = z
  .string()
  .min(1)
  .superRefine((entry, context) => {
    const fault = hostFault(entry);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

export const network = z.union([z.enum(['none', 'any']), z.array(hostPattern)]);

export const files = z.strictObject({
  read: z.array(userPath).optional().meta({ description: 'Paths that the server can read.' }),
  write: z.array(userPath).optional().meta({ description: 'Paths that it can read and write.' }),
  hide: z.array(text.min(1)).optional().meta({ description: 'Globs and paths that stay hidden inside them.' }),
});

const pass = z.array(
  z.union([
    z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*\??$/, { error: 'must be the name of a variable, with `?` if it may be missing' }),
    z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\??$/), matcher).meta({ minProperties: 1, maxProperties: 1 }),
  ]),
);

export const limits = z.strictObject({
  memory: size.optional().meta({ description: 'Memory of the server and all its processes.' }),
  processes: count.optional().meta({ description: 'Processes and threads at once.' }),
  openFiles: count.optional().meta({ description: 'Of each process: open files.' }),
  fileSize: size.optional().meta({ description: 'Size of each file that it writes.' }),
  cpu: duration.optional().meta({ description: 'Of each process: processor time.' }),
  tmp: size.optional().meta({ description: 'Each of its directories in memory.' }),
  start: duration.optional().meta({ description: 'Until the first answer.' }),
  runtime: duration.optional().meta({ description: 'Of the whole run.' }),
  idle: duration.optional().meta({ description: 'Without a message.' }),
  shutdown: duration.optional().meta({ description: 'Between the end of the client and a signal.' }),
  message: size.optional().meta({ description: 'Of one message.' }),
  result: size.optional().meta({ description: 'Of one result.' }),
  calls: rate.optional().meta({ description: 'Tool calls.' }),
  notifications: rate.optional().meta({ description: 'Notifications of the server.' }),
  bytes: byteRate.optional().meta({ description: 'Bytes of messages.' }),
  repeat: rate.optional().meta({ description: 'The same call with the same arguments.' }),
});

const toolRow = z.union([
  verdict,
  z
    .strictObject({
      confirm: z.boolean().optional().meta({ description: 'Ask a person before each call.' }),
      arguments: z.record(z.string().min(1).max(128), matcher).optional().meta({
        description: 'What each argument must be; one that is not named is denied.',
      }),
      calls: rate.optional().meta({ description: 'So many calls of this tool.' }),
      readOnly: z.boolean().optional().meta({ description: 'Only if the server says that it changes nothing.' }),
    })
    .refine((row) => Object.keys(row).length > 0, { error: 'must say something: `allow`, `deny`, or a condition' })
    .meta({ minProperties: 1 }),
]);

export const rows = z.record(namePattern, toolRow);

const reference = z.union([
  z.string().regex(/^(?:env|file|dotenv|keyring|op|bw|pass|vault|sops|aws-sm|gcp-sm|az-kv):\S.*$/, {
    error: 'must be a reference such as `keyring:github`, `env:NAME`, `file:PATH` or `op://…`: never the secret itself',
  }),
  z.strictObject({ cmd: z.array(text.min(1)).min(1) }),
]);

const secret = z.union([
  reference,
  z.strictObject({
    from: reference.meta({ description: 'Where the value comes from.' }),
    as: z.enum(['env', 'file', 'initialize', 'request']).optional().meta({ description: 'How the server gets it.' }),
    optional: z.boolean().optional().meta({ description: 'The server can do without it.' }),
  }),
]);

const client = z.strictObject({
  sampling: z.enum(['allow', 'deny', 'confirm']).optional().meta({ description: 'Asking the model.' }),
  elicitation: z.enum(['allow', 'deny', 'confirm']).optional().meta({ description: 'Asking the person.' }),
  roots: z.enum(['allow', 'deny', 'confirm']).optional().meta({ description: 'Asking which directories are open.' }),
  logging: z.enum(['allow', 'deny', 'confirm']).optional().meta({ description: 'Sending log messages.' }),
});

const example = z.union([
  z.array(text),
  z.strictObject({ tool: z.string().min(1), arguments: z.record(z.string(), z.unknown()).optional() }),
]);

const examples = z.strictObject({
  allow: z.array(example).optional().meta({ description: 'What `check` must find allowed.' }),
  deny: z.array(example).optional().meta({ description: 'What `check` must find denied.' }),
});

export const unsafe = z.array(z.enum(UNSAFE_NAMES));

/** Keys of a server that `defaults` may give to every server. */
export const shared = {
  env: z.record(envName, text).optional().meta({ description: 'Variables with a fixed value.' }),
  pass: pass.optional().meta({
    description:
      'Variables taken from the client’s environment: `NAME`, `NAME?` if it may be missing, `{ NAME: MATCHER }`.',
  }),
  cwd: z
    .union([z.enum(['private', 'project']), absolutePath])
    .optional()
    .meta({ description: 'Its working directory: `private`, `project` (the repository of the client), or a path.' }),
  state: z.array(statePath).optional().meta({
    description: 'Directories below its HOME that persist between launches. Without it, nothing does.',
  }),
  files: files.optional().meta({ description: 'What it sees of your files. Without it, nothing.' }),
  network: network.optional().meta({
    description: '`none`, `any` (any public host), or a list of `host[:port]`. Without it, none.',
  }),
  limits: limits.optional().meta({ description: 'What it may use up.' }),
  tools: rows.optional().meta({ description: 'Names or patterns of tools, and whether they may be called.' }),
  prompts: rows.optional().meta({ description: 'The same for prompts.' }),
  resources: z.record(text.min(1), verdict).optional().meta({ description: 'URI patterns of resources.' }),
  client: client.optional().meta({ description: 'What it may ask of the client.' }),
};

export const ServerSchema = z
  .strictObject({
    command: text.min(1).meta({
      description:
        '`npm:NAME@EXACT`, `pypi:NAME==EXACT`, `oci:IMAGE@sha256:…`, an absolute path, or a bare name found on `programPath`. An interpreter’s first argument is the program.',
    }),
    args: z
      .array(z.union([text, slot]))
      .optional()
      .meta({ description: 'Its arguments: text is exact, a slot takes what is given after `--`.' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits' })
      .optional()
      .meta({ description: 'Of the program’s file; of a script, the script.' }),
    ...shared,
    secrets: z
      .record(envName, secret)
      .optional()
      .meta({ description: 'Variables whose value is looked up in a store.' }),
    examples: examples.optional().meta({ description: 'What `check` must find allowed and denied.' }),
    unsafe: unsafe.optional().meta({ description: 'What is given up, by name.' }),
  })
  .meta({ id: 'Server' });

export type ServerInput = z.infer<typeof ServerSchema>;
