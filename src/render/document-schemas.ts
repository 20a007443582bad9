import * as z from 'zod';
import { because, finding } from './document-parts.ts';
import { plan } from './plan-schema.ts';

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
  lock: lock(),
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

function lock() {
  return z.object({
    version: z.literal(1),
    ok: z.boolean().meta({ description: 'All that was to be locked is.' }),
    packages: z.array(
      z.object({
        identity: z
          .string()
          .meta({ description: '`npm:NAME@VERSION` or `pypi:NAME==VERSION`, as the policy says it now.' }),
        servers: z.array(z.string()),
        lock: z.string().meta({ description: 'The file that it is in.' }),
        outcome: z.enum(['locked', 'installed', 'unchanged', 'updated', 'declined', 'failed']),
        integrity: z.string().nullable().meta({ description: 'Of npm. A package of PyPI may have several files.' }),
        published: z.string().nullable(),
        license: z.string().nullable(),
        dependencies: z.int().nullable().meta({ description: 'How many packages it comes with.' }),
        scripts: z.array(z.string()).meta({ description: 'Packages that have install scripts. None was run.' }),
      }),
    ),
    programs: z.array(
      z.object({
        program: z.string().meta({ description: 'As the policy writes it: a path, or a name.' }),
        servers: z.array(z.string()),
        lock: z.string().meta({ description: 'The file that it is in.' }),
        outcome: z.enum(['locked', 'unchanged', 'updated', 'declined', 'failed']),
        sha256: z.string().nullable().meta({ description: 'What the lock says now.' }),
      }),
    ),
    pruned: z.object({
      entries: z.array(z.string()),
      trees: z.array(z.string()).meta({ description: 'Of the store, each by the SHA-256 of its manifest.' }),
    }),
    findings: z.array(finding),
  });
}
