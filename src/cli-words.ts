import { CommanderError, InvalidArgumentError, type Command } from 'commander';
import type { Question } from './commands/answer-question.ts';
import type { Format } from './commands/report.ts';
import { EXIT } from './finding/exit-code.ts';
import type { Request } from './plan/request.ts';
import type { Verb } from './render/completion-script.ts';
import type { Change } from './policy-text/propose.ts';

// Words of the command line as values. What is no value is wrong usage, said in a sentence.

export interface ExplainFlags {
  json?: boolean;
  path?: string;
  host?: string;
  env?: string;
  tool?: string;
  arguments?: Record<string, unknown>;
}

export interface CheckFlags {
  strict?: boolean;
  deep?: boolean;
  json?: boolean;
  format?: Format;
  output?: string;
}

export interface LockFlags {
  update?: boolean;
  prune?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function lockOptionsFrom({ update, prune, yes, json }: LockFlags) {
  return { update: update === true, prune: prune === true, yes: yes === true, json: json === true };
}

/** Whether there is a person to whom it is worth to say what is being done. */
export function isWatched(quiet: boolean): boolean {
  return process.stderr.isTTY && !quiet && process.env.CI === undefined;
}

export type AllowFlags = Partial<Record<'host' | 'read' | 'write' | 'tool' | 'env', string[]>>;

export function nonEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('it is empty');
  return value;
}

export function append(value: string, others: string[] | undefined): string[] {
  return [...(others ?? []), nonEmpty(value)];
}

export function jsonObject(value: string): Record<string, unknown> {
  const parsed = parseJson(value);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new InvalidArgumentError(`write one JSON object, such as '{"path": "/srv"}'`);
  return { ...parsed };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said as what it is not: an object
  }
}

/** The words after the verb, and all of argv: whether `--` stood before the first of them. */
export function requestFrom(words: readonly string[], argv: readonly string[]): Request {
  const [first, ...args] = words;
  const isCommand = argv.includes('--') && argv[argv.indexOf('--') + 1] === first;
  if (first === undefined) throw usage('`explain` needs a server, or `--` and a command line');
  return isCommand ? { kind: 'command', command: first, args } : { kind: 'server', id: first, args };
}

export function questionFrom(flags: ExplainFlags): Question | undefined {
  const simple = (['path', 'host', 'env'] as const).flatMap((kind) => {
    const asked = flags[kind];
    return asked === undefined ? [] : [{ kind, asked }];
  });
  const call =
    flags.tool === undefined
      ? []
      : [{ kind: 'tool' as const, call: { tool: flags.tool, arguments: flags.arguments ?? {} } }];
  const [question, ...others] = [...simple, ...call];
  if (others.length > 0) throw usage('`explain` answers one question at a time');
  if (flags.arguments && flags.tool === undefined) throw usage('`--arguments` needs `--tool`');
  return question;
}

export function changesFrom({ host = [], read = [], write = [], tool = [], env = [] }: AllowFlags): Change[] {
  const changes: Change[] = [
    ...host.map((one) => ({ kind: 'host' as const, host: one })),
    ...read.map((path) => ({ kind: 'read' as const, path })),
    ...write.map((path) => ({ kind: 'write' as const, path })),
    ...tool.map((one) => ({ kind: 'tool' as const, tool: one })),
    ...env.map((name) => ({ kind: 'env' as const, name })),
  ];
  if (changes.length === 0)
    throw usage('`allow` needs what to allow: `--host`, `--read`, `--write`, `--tool` or `--env`');
  return changes;
}

/** What a shell completes: every verb that help shows. */
export function verbsOf(program: Command): Verb[] {
  return program.commands
    .filter((verb) => !['schema', 'completion'].includes(verb.name()))
    .map((verb) => ({
      name: verb.name(),
      description: verb.description(),
      options: [...verb.options, ...program.options].flatMap(({ long }) => (long ? [long] : [])),
      takesServer: ['run', 'explain', 'check', 'allow', 'lock', 'secrets'].includes(verb.name()),
    }));
}

export function usage(message: string): CommanderError {
  return new CommanderError(EXIT.usage, 'usage', `error: ${message}`);
}
