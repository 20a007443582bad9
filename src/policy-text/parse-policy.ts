import { allowUnless, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import type { Placed, Policy, ServerPolicy } from '../policy/policy.ts';
import { MEANINGLESS_WITH } from '../policy/unsafe.ts';
import { schemaFindings } from './schema-findings.ts';
import { POSTPONED_SERVER, POSTPONED_TOP, PolicySchema, type ServerInput } from './schema.ts';
import { readSource, type Source } from './source.ts';

/** A policy's text as a {@link Policy}, or everything that is wrong with it. */
export function parsePolicy(file: string, text: string): Decision<Policy> {
  const source = readSource(file, text);
  if (!source.allowed) return source;

  const parsed = PolicySchema.safeParse(source.granted.value, { reportInput: false });
  if (!parsed.success) return deny(...schemaFindings(source.granted, parsed.error.issues));

  const { servers, programPath, runAs } = parsed.data;
  const at = placer(source.granted);
  const entries = Object.entries(servers).map(([id, server]) =>
    parseServer(
      source.granted,
      id,
      typeof server === 'string' ? { command: server } : server,
      typeof server === 'string',
    ),
  );
  const policy: Policy = {
    file,
    ...(programPath && { programPath: programPath.map((path, index) => at(path, ['programPath', index])) }),
    ...(runAs !== undefined && { runAs: at(runAs, ['runAs']) }),
    servers: entries.map((entry) => entry.server),
    postponed: POSTPONED_TOP.filter((key) => parsed.data[key] !== undefined).map((key) => at(key, [key], 'key')),
  };
  return allowUnless(
    entries.flatMap((entry) => entry.findings),
    policy,
  );
}

function parseServer(
  source: Source,
  id: string,
  server: ServerInput,
  isCommandAlone: boolean,
): { server: ServerPolicy; findings: Finding[] } {
  const path = ['servers', id];
  const at = placer(source);
  const placedList = (values: readonly string[] | undefined, ...keys: string[]): Placed<string>[] =>
    (values ?? []).map((value, index) => at(value, [...path, ...keys, index]));

  const args = (server.args ?? []).flatMap((argument, index) =>
    typeof argument === 'string' ? [at(argument, [...path, 'args', index])] : [],
  );
  const passed = (server.pass ?? []).flatMap((name, index) =>
    typeof name === 'string'
      ? [
          {
            name: name.replace(/\?$/, ''),
            optional: name.endsWith('?'),
            at: source.locate([...path, 'pass', index], 'value'),
          },
        ]
      : [],
  );
  return {
    server: {
      id,
      at: source.locate(path, 'key'),
      command: at(server.command, isCommandAlone ? path : [...path, 'command']),
      args,
      ...(server.sha256 !== undefined && { sha256: at(server.sha256, [...path, 'sha256']) }),
      env: Object.entries(server.env ?? {}).map(([name, value]) => ({
        name,
        value,
        at: source.locate([...path, 'env', name], 'key'),
      })),
      pass: passed,
      ...(server.cwd !== undefined && { cwd: at(server.cwd, [...path, 'cwd']) }),
      read: placedList(server.files?.read, 'files', 'read'),
      write: placedList(server.files?.write, 'files', 'write'),
      unsafe: (server.unsafe ?? []).map((name, index) => ({
        value: name,
        at: source.locate([...path, 'unsafe', index], 'value'),
      })),
      postponed: postponedIn(server).map(([name, keys]) => at(name, [...path, ...keys], 'key')),
    },
    findings: [
      ...homeArguments(args),
      ...commandFindings(source, path, server),
      ...meaninglessKeys(source, path, server),
    ],
  };
}

/** What this server's entry asks for that nothing enforces yet: a name to show, and where it stands. */
function postponedIn(server: ServerInput): [name: string, keys: (string | number)[]][] {
  const found: [string, (string | number)[]][] = POSTPONED_SERVER.filter((key) => server[key] !== undefined).map(
    (key) => [key, [key]],
  );
  const kind = /^(?:npm|pypi|oci):/.exec(server.command)?.[0];
  const name = kind ?? server.command.slice(server.command.lastIndexOf('/') + 1);
  if (kind !== undefined || INSTALLERS.has(name)) found.push([`command: ${name}`, ['command']]);
  if (server.network !== undefined && server.network !== 'none') found.push(['network', ['network']]);
  if (server.files?.hide !== undefined) found.push(['files.hide', ['files', 'hide']]);
  for (const [index, argument] of (server.args ?? []).entries()) {
    if (typeof argument !== 'string') found.push([`args[${index}]: a slot`, ['args', index]]);
  }
  for (const [index, passed] of (server.pass ?? []).entries()) {
    if (typeof passed !== 'string') found.push([`pass[${index}]: a matcher`, ['pass', index]]);
  }
  return found;
}

/** Programs that install at start, or hand over to a daemon: each needs a grammar and a lock before it may stand here. */
const INSTALLERS = new Set(['npx', 'npm', 'pnpm', 'pnpx', 'yarn', 'bunx', 'uvx', 'uv', 'pipx', 'docker', 'podman']);

/** No shell reads arguments here, so a `~` would reach the server as it stands. */
function homeArguments(args: readonly Placed<string>[]): Finding[] {
  return args
    .filter(({ value }) => /^~(?:\/|$)/.test(value))
    .map(({ value, at }) =>
      refusal(
        'policy-value',
        `\`${value}\` is not expanded: arguments are taken literally`,
        'write the absolute path',
        at,
      ),
    );
}

function commandFindings(source: Source, path: readonly string[], { command }: ServerInput): Finding[] {
  const isName = /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(command);
  const isPath = command.startsWith('/') && !/\/(?:\.{0,2})(?:\/|$)/.test(command);
  const isPackage = /^(?:npm|pypi|oci):\S+$/.test(command);
  if (isName || isPath || isPackage) return [];
  const hint = /\s/.test(command)
    ? 'nothing splits this text: the program alone here, each argument in `args`'
    : 'write an absolute path, or a bare name to be found on `programPath`';
  return [
    refusal(
      'policy-value',
      `\`${command}\` is neither an absolute path nor a bare name`,
      hint,
      source.locate([...path, 'command'], 'value'),
    ),
  ];
}

function meaninglessKeys(source: Source, path: readonly string[], server: ServerInput): Finding[] {
  return (server.unsafe ?? []).flatMap((entry) =>
    (MEANINGLESS_WITH[entry] ?? [])
      .filter((key) => Object.hasOwn(server, key))
      .map((key) =>
        refusal(
          'policy-meaningless',
          `\`${key}\` means nothing with \`unsafe: [${entry}]\``,
          `remove \`${key}\`, or \`${entry}\` from \`unsafe\``,
          source.locate([...path, key], 'key'),
        ),
      ),
  );
}

function placer(source: Source) {
  return (value: string, path: readonly PropertyKey[], part: 'key' | 'value' = 'value'): Placed<string> => ({
    value,
    at: source.locate(path, part),
  });
}
