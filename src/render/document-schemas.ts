import * as z from 'zod';
import { because, finding, place } from './document-parts.ts';

/**
 * The shapes of what `--json` prints. Programs of others rely on them: a member may be added, none is taken away,
 * renamed or given another meaning while `version` is 1. A test holds what is printed against them.
 */
export const DOCUMENTS = {
  explain: explain(),
  question: question(),
  check: check(),
  secrets: secrets(),
  doctor: doctor(),
  attack: attack(),
};

export type DocumentName = keyof typeof DOCUMENTS;

/** One of them as JSON Schema. */
export function documentSchema(of: DocumentName): string {
  const title = `what \`mcp-secure-run ${WORDS[of] ?? of}\` prints with \`--json\``;
  return `${JSON.stringify({ ...z.toJSONSchema(DOCUMENTS[of], { io: 'input' }), title }, null, 2)}\n`;
}

/** What to type, where it is not the name alone. */
const WORDS: Partial<Record<DocumentName, string>> = {
  question: 'explain --path, --host, --env or --tool',
  attack: 'doctor --attack',
};

function explain() {
  return z.object({
    version: z.literal(1),
    decision: z.enum(['allow', 'deny']),
    server: z.string().nullable(),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .nullable()
      .meta({ description: 'Of everything that would be enforced; `run --verbose` says the same.' }),
    plan: plan().nullable(),
    findings: z.array(finding),
  });
}

function question() {
  return z.object({
    version: z.literal(1),
    decision: z.enum(['allow', 'deny']),
    server: z.string().nullable(),
    question: z.union([
      z.object({ kind: z.enum(['path', 'host', 'env']), asked: z.string() }),
      z.object({
        kind: z.literal('tool'),
        call: z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) }),
      }),
    ]),
    answer: z.object({ what: z.string(), because: z.array(because) }).nullable(),
    findings: z.array(finding),
    notEnforced: z.array(z.string()).meta({ description: 'Keys for which this version does not start the server.' }),
  });
}

function check() {
  return z.object({
    version: z.literal(1),
    ok: z.boolean().meta({ description: 'No errors.' }),
    servers: z.array(z.object({ id: z.string(), decision: z.enum(['allow', 'deny', 'not tried']) })),
    findings: z.array(finding),
  });
}

function secrets() {
  return z.object({
    version: z.literal(1),
    ok: z.boolean().meta({ description: 'Each can be had, or may be left out and is not there.' }),
    secrets: z.array(
      z.object({
        server: z.string(),
        variable: z.string(),
        reference: z.string().meta({ description: 'Where it is kept, as a policy writes it.' }),
        resolves: z.enum(['yes', 'no', 'left out']),
        milliseconds: z.int(),
      }),
    ),
    findings: z.array(finding),
  });
}

function doctor() {
  return z.object({
    version: z.literal(1),
    ok: z.boolean().meta({ description: 'Nothing fails.' }),
    probes: z.array(
      z.object({
        name: z.string(),
        verdict: z.enum(['ok', 'untested', 'limited', 'fails']),
        found: z.string(),
        fix: z.string().nullable(),
        ident: z.string().nullable(),
      }),
    ),
  });
}

function attack() {
  const text = z.string();
  return z.object({
    version: z.literal(1),
    ok: z
      .boolean()
      .meta({ description: 'A sandbox was built, and every attack held but those that are known not to.' }),
    attacks: z.array(
      z.object({
        id: text.regex(/^[a-z]+(?:-[a-z]+)*$/),
        does: text.meta({ description: 'Completes “a server that …”.' }),
        verdict: z.enum(['held', 'not held', 'not applicable']),
        found: text,
        gains: text,
        source: text,
        known: text.nullable().meta({ description: 'Where it is said that this is not stopped; it does not count.' }),
        hint: text.nullable(),
      }),
    ),
    findings: z.array(finding).meta({ description: 'Why no sandbox could be built; then nothing was tried.' }),
  });
}

function plan() {
  const explained = { because: because };
  return z.object({
    server: z.string(),
    policy: z.string(),
    layers: z.array(z.object({ kind: z.enum(['managed', 'user']), files: z.array(z.string()) })),
    program: z.object({
      asked: z.string(),
      real: z.string(),
      sha256: z.string().optional(),
      heldBy: z.enum(['sha256', 'root', 'nothing']),
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
      by: z.enum(['bubblewrap', 'seatbelt', 'nothing']),
      nestedNamespaces: z.boolean(),
      systemCalls: z.enum(['filtered', 'open']),
      ...explained,
    }),
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
