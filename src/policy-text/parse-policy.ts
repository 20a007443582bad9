import type * as z from 'zod';
import { allow, allowUnless, deny, type Decision } from '../finding/decision.ts';
import type { Ceiling, Egress, Layer, ProjectLayer } from '../policy/policy.ts';
import type { ServerRules, ToolRow } from '../policy/rules.ts';
import { judgeEntry } from './judge-entry.ts';
import { joinFiles, type Joined, type ReadFile } from './join-files.ts';
import { parseLimits } from './parse-limits.ts';
import { keyPlaceOf, placedList, placeOf, type Origin } from './placed-entry.ts';
import { parseRules, toRows } from './parse-rules.ts';
import { parseServer, toNetwork } from './parse-server.ts';
import { postponedAtTop, postponedInCeiling, postponedInProject } from './postponed.ts';
import { PolicySchema, ProjectSchema, type CeilingInput, type PolicyInput } from './schema.ts';
import { schemaFindings } from './schema-findings.ts';
import { MOST_FINDINGS, readSource, type Source } from './source.ts';

/** A file as text. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/** A layer, and what it says of messages, which nothing enforces yet. */
export interface ParsedLayer {
  readonly layer: Layer;
  readonly rules: readonly ServerRules[];
  readonly ceiling?: { readonly tools?: readonly ToolRow[] };
}

/**
 * The files of one layer as that layer, or everything that is wrong with them, but for its regular expressions: see
 * `compileLayer`. One that no engine takes matches nothing.
 */
export function parseLayer(kind: Layer['kind'], texts: readonly PolicyText[]): Decision<ParsedLayer> {
  const read = texts.map(({ file, text }) => readAs(file, text, PolicySchema));
  const files = read.flatMap((one) => (one.allowed ? [one.granted] : []));
  const broken = read.flatMap((one) => (one.allowed ? [] : one.findings));
  if (broken.length > 0) return deny(...broken);

  const joined = joinFiles(kind, files);
  if (!joined.allowed) return joined;
  const findings = joined.granted.entries.flatMap(judgeEntry).slice(0, MOST_FINDINGS);
  return allowUnless(findings, assemble(kind, files, joined.granted));
}

/** A project's file, which can only narrow. */
export function parseProject({ file, text }: PolicyText): Decision<ProjectLayer> {
  const read = readAs(file, text, ProjectSchema);
  if (!read.allowed) return read;
  const { source, input } = read.granted;
  const servers = Object.entries(input.servers).map(([id, narrowing]) => {
    const origin = { source, path: ['servers', id] };
    return {
      id,
      hide: placedList(narrowing.files?.hide, below(origin, 'files', 'hide')),
      limits: parseLimits(narrowing.limits, below(origin, 'limits')),
      postponed: postponedInProject(narrowing, origin),
    };
  });
  return allow({ file, servers });
}

function readAs<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): Decision<{ source: Source; input: z.infer<Schema> }> {
  const source = readSource(file, text);
  if (!source.allowed) return source;
  const parsed = schema.safeParse(source.granted.value, { reportInput: false });
  return parsed.success
    ? allow({ source: source.granted, input: parsed.data })
    : deny(...schemaFindings(source.granted, schema, parsed.error.issues));
}

function assemble(kind: Layer['kind'], files: readonly ReadFile[], joined: Joined): ParsedLayer {
  const { programPath, runAs, egress, ceiling, lockdown, entries } = joined;
  const layer: Layer = {
    kind,
    files: files.map(({ source }) => source.file),
    ...(programPath && { programPath: placedList(programPath.input, programPath.origin) }),
    ...(runAs && { runAs: { value: runAs.input, at: placeOf(runAs.origin) } }),
    ...(egress && { egress: toEgress(egress.input, egress.origin) }),
    servers: entries.map(parseServer),
    ...(ceiling && { ceiling: toCeiling(ceiling.input, ceiling.origin) }),
    ...(lockdown && { lockdown: keyPlaceOf(lockdown.origin) }),
    postponed: files.flatMap(({ source, input }) => postponedAtTop(input, { source, path: [] })),
  };
  return {
    layer,
    rules: entries.map(parseRules),
    ...(ceiling && {
      ceiling: {
        ...(ceiling.input.tools && { tools: toRows(ceiling.input.tools, below(ceiling.origin, 'tools')) }),
      },
    }),
  };
}

function toEgress({ proxy, ca }: NonNullable<PolicyInput['egress']>, origin: Origin): Egress {
  return {
    ...(proxy !== undefined && { proxy: { value: proxy, at: placeOf(below(origin, 'proxy')) } }),
    ...(ca !== undefined && { ca: { value: ca, at: placeOf(below(origin, 'ca')) } }),
  };
}

function toCeiling(input: CeilingInput, origin: Origin): Ceiling {
  return {
    at: keyPlaceOf(origin),
    command: placedList(input.command, below(origin, 'command')),
    read: placedList(input.files?.read, below(origin, 'files', 'read')),
    write: placedList(input.files?.write, below(origin, 'files', 'write')),
    network: toNetwork(input.network, below(origin, 'network')),
    hide: placedList(input.files?.hide, below(origin, 'files', 'hide')),
    pass: placedList(input.pass, below(origin, 'pass')),
    limits: parseLimits(input.limits, below(origin, 'limits')),
    unsafe: placedList(input.unsafe, below(origin, 'unsafe')),
    postponed: postponedInCeiling(input, origin),
  };
}

function below({ source, path }: Origin, ...rest: readonly string[]): Origin {
  return { source, path: [...path, ...rest] };
}
