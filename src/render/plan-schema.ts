import * as z from 'zod';
import { because, place } from './document-parts.ts';

/** A plan, as `explain --json` prints it. */
export function plan() {
  const explained = { because: because };
  return z.object({
    server: z.string(),
    policy: z.string(),
    layers: z.array(z.object({ kind: z.enum(['managed', 'user']), files: z.array(z.string()) })),
    program: z.object({
      asked: z.string(),
      real: z.string(),
      sha256: z.string().optional(),
      heldBy: z.enum(['lock', 'digest', 'sha256', 'root', 'nothing']),
      locked: z.object({ identity: z.string(), manifest: z.string(), tree: z.string(), stats: z.string() }).optional(),
      interpreter: z.object({ asked: z.string(), real: z.string() }).optional(),
      ...explained,
    }),
    argv: z.array(z.string()).min(1),
    argvBecause: z.array(because),
    env: z.array(
      z.object({
        name: z.string(),
        from: z.enum(['us', 'policy', 'client', 'secret']),
        value: z.string().optional().meta({ description: 'Never of what comes from the client or a store.' }),
        reference: z.record(z.string(), z.unknown()).optional().meta({ description: 'Where a secret is kept.' }),
        as: z.enum(['env', 'file']).optional(),
        optional: z.boolean().optional(),
        ...explained,
      }),
    ),
    cwd: z.object({ path: z.string(), ...explained }),
    mounts: z.array(
      z.object({
        kind: z.enum([
          'bind',
          'state',
          'link',
          'text',
          'joined',
          'memory',
          'directory',
          'processes',
          'devices',
          'hidden',
          'absent',
          'shield',
        ]),
        path: z.string(),
        mode: z.enum(['read', 'write']).optional(),
        before: z.string().optional().meta({ description: 'Whose content stands before the one of `source`.' }),
        source: z.string().optional(),
        to: z.string().optional(),
        text: z.string().optional(),
        bytes: z.int().optional(),
        mask: z.literal(true).optional().meta({ description: 'Lies inside a grant, and is watched.' }),
        of: z.enum(['file', 'directory']).optional(),
        names: z.array(z.string()).optional().meta({ description: 'Names that must not come while the server runs.' }),
        ...explained,
      }),
    ),
    network: z.union([
      z.object({ mode: z.enum(['none', 'host']), ...explained }),
      z.object({
        mode: z.literal('hosts'),
        rules: z
          .array(
            z.union([
              z.object({ mode: z.enum(['none', 'any']), at: place.optional() }),
              z.object({ mode: z.literal('list'), hosts: z.array(z.object({ host: z.string(), at: place })) }),
            ]),
          )
          .meta({ description: 'Of every layer, and the ceiling: a host must be granted by each.' }),
        names: z
          .array(z.object({ name: z.string(), port: z.int(), address: z.string() }))
          .meta({ description: 'What the sandbox’s own /etc/hosts tells.' }),
        proxyPort: z.int(),
        egress: z
          .object({
            proxy: z.object({ value: z.string(), at: place }).optional(),
            ca: z.object({ value: z.string(), at: place }).optional(),
          })
          .optional(),
        ...explained,
      }),
    ]),
    limits: limits().meta({ description: 'Bytes, counts, milliseconds. What is not named has no limit.' }),
    confinement: z.object({
      by: z.enum(['bubblewrap', 'seatbelt', 'landlock', 'container', 'nothing']),
      nestedNamespaces: z.boolean(),
      systemCalls: z.enum(['filtered', 'open']),
      ...explained,
    }),
    container: z
      .object({
        tool: z.enum(['docker', 'podman']),
        records: z.string(),
        options: z.array(z.object({ option: z.string(), ...explained })),
      })
      .optional()
      .meta({ description: 'Of an image: what runs it, and how it is held there.' }),
    account: z.object({
      name: z.string(),
      uid: z.int(),
      gid: z.int(),
      home: z.string(),
      changes: z.boolean(),
      ...explained,
    }),
    weakened: z.array(z.string()),
    narrowed: z.array(z.object({ what: z.string(), at: place, by: place })),
    notEnforced: z.array(z.string()),
  });
}

function limits() {
  const limit = z.object({ value: z.int(), because }).meta({ id: 'Limit' }).optional();
  return z.object({
    memory: limit,
    processes: limit,
    openFiles: limit,
    fileSize: limit,
    cpu: limit,
    tmp: limit,
    start: limit,
    runtime: limit,
    idle: limit,
    shutdown: limit,
  });
}
