import * as z from 'zod';
import { isNormal } from '../match/path.ts';
import { UNSAFE_NAMES } from '../policy/unsafe.ts';

/**
 * The shape of a policy: the one source of what may be written.
 *
 * A key whose value is `later` is part of the contract, and nothing enforces it yet: the reader lists it, and every
 * launch that it concerns is refused with `not-enforced-yet`.
 */
const later = z.unknown();

const text = z.string().refine((value) => !value.includes('\0'), 'must not hold a NUL');

const absolutePath = text.refine((path) => path.startsWith('/') && isNormal(path), {
  error: 'must be an absolute path, without `.`, `..`, doubled or trailing slashes',
});

/** Absolute, or below the account's home. */
const userPath = text.refine((path) => isNormal(path.replace(/^~(?=\/|$)/, '')) || path === '~', {
  error: 'must be an absolute path or start with `~/`, without `.`, `..`, doubled or trailing slashes',
});

export const EnvName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of a variable' });

const files = z.strictObject({
  read: z.array(userPath).optional(),
  write: z.array(userPath).optional(),
  hide: later.optional(),
});

export const ServerSchema = z.strictObject({
  command: text.min(1),
  args: z.array(z.union([text, z.record(z.string(), later)])).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'must be 64 lower-case hexadecimal digits' })
    .optional(),
  env: z.record(EnvName, text).optional(),
  pass: z.array(z.union([z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*\??$/), z.record(z.string(), later)])).optional(),
  secrets: later.optional(),
  cwd: z.union([z.literal('private'), z.literal('project'), absolutePath]).optional(),
  state: later.optional(),
  files: files.optional(),
  network: z.union([z.literal('none'), z.literal('any'), z.array(later)]).optional(),
  limits: later.optional(),
  tools: later.optional(),
  prompts: later.optional(),
  resources: later.optional(),
  client: later.optional(),
  examples: later.optional(),
  unsafe: z.array(z.enum(UNSAFE_NAMES)).optional(),
});

export const ServerId = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, {
  error: 'must be 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, and start with a letter or a digit',
});

export const PolicySchema = z.strictObject({
  version: z.literal(1),
  servers: z.record(ServerId, z.union([text.min(1), ServerSchema])),
  programPath: z.array(absolutePath).optional(),
  runAs: z
    .string()
    .regex(/^[a-z_][a-z0-9_.-]*\$?$/i, { error: 'must be the name of an account' })
    .optional(),
  defaults: later.optional(),
  egress: later.optional(),
  audit: later.optional(),
  ceiling: later.optional(),
  lockdown: later.optional(),
});

export type PolicyInput = z.infer<typeof PolicySchema>;
export type ServerInput = z.infer<typeof ServerSchema>;

/** Keys that may be written and are enforced by nothing yet, in the order of the schema. */
export const POSTPONED_TOP = ['defaults', 'egress', 'audit', 'ceiling', 'lockdown'] as const;
export const POSTPONED_SERVER = [
  'secrets',
  'state',
  'limits',
  'tools',
  'prompts',
  'resources',
  'client',
  'examples',
] as const;

/** The keys that may stand at a path, for suggestions. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(PolicySchema.shape);
  if (path[0] === 'servers' && path.length === 2) return Object.keys(ServerSchema.shape);
  if (path[0] === 'servers' && path.length === 3 && path[2] === 'files') return Object.keys(files.shape);
  return [];
}
