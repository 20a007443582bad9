import { fileURLToPath } from 'node:url';
import { Argument, Command, CommanderError, Option } from 'commander';
import {
  append,
  changesFrom,
  isWatched,
  jsonObject,
  lockOptionsFrom,
  nonEmpty,
  questionFrom,
  requestFrom,
  verbsOf,
  type AllowFlags,
  type CheckFlags,
  type ExplainFlags,
  type LockFlags,
} from './cli-words.ts';
import { run as start } from './cli-run.ts';
import { addSecrets } from './cli-secrets.ts';
import type { ColorChoice } from './commands/io.ts';
import type { SchemaName } from './commands/schema.ts';
import { EXIT } from './finding/exit-code.ts';
import type { Shell } from './render/completion-script.ts';
import { VERSION } from './version.ts';

// Every verb and flag: this file is the help. It alone sets the exit code; what a verb needs is loaded with the verb.

interface Flags {
  policy?: string;
  color: ColorChoice;
  quiet?: boolean;
  input: boolean;
}

const program = new Command('mcp-secure-run')
  .description('Put it in front of a stdio MCP server: what runs is what the policy names, confined.')
  .usage('[options] <verb> …')
  .version(VERSION, '--version', 'print the version')
  .helpOption('--help', 'print this')
  .helpCommand(false)
  .addHelpText(
    'before',
    `  mcp-secure-run run github                  what a client starts
  mcp-secure-run explain github              what would happen, and why
  mcp-secure-run check                       is the policy valid, and wise?
`,
  )
  .addHelpText(
    'after',
    `
Policy: ~/.config/mcp-secure-run/policy.yaml
Exit codes: 1 findings, 2 wrong usage or policy, 125 could not do it,
126 denied by policy, 127 not there; else the server's own`,
  )
  .exitOverride();

/** What the build makes for a start lies beside this file, and what attacks a sandbox. */
const BUILT = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');

const argv = process.argv.slice(2);
/** Where the verb stands, or the `--` that stands for `run --`. */
const verbAt = argv.findIndex((word, index) => (word === '--' || !word.startsWith('-')) && !isValue(index));

/** The options that every verb takes, before it or after it. */
program
  .option('--policy <file>', 'the policy to go by', nonEmpty)
  .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'))
  .option('--quiet', 'say only what went wrong')
  .option('--verbose', 'say more')
  .option('--no-input', 'never ask');

program
  .command('run')
  .description('start a server and carry its messages')
  .usage('<server> [-- args…]   or   -- <command> …')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(run);

program
  .command('explain')
  .description('what would be started, and which line says so')
  .argument('[words...]', 'a server, or `--` and a command line')
  .usage('<server> [-- args…]   or   -- <command> …')
  .option('--json', 'as one JSON document')
  .option('--path <path>', 'only: does it see this path?', nonEmpty)
  .option('--host <host>', 'only: may it reach this host?', nonEmpty)
  .option('--env <name>', 'only: does it have this variable?', nonEmpty)
  .option('--tool <name>', 'only: may this tool be called?', nonEmpty)
  .option('--arguments <json>', 'with --tool: with these arguments', jsonObject)
  .action(async (words: string[], own: ExplainFlags, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { default: explain } = await import('./commands/explain.ts');
    const options = { policy: flags.policy, json: own.json === true, question: questionFrom(own) };
    process.exitCode = await explain(requestFrom(words, argv), options, await ioFor(flags));
  });

program
  .command('check')
  .description('is the policy valid, and is it wise?')
  .argument('[servers...]', 'only these servers')
  .option('--deep', 'compare every file of locked packages')
  .option('--strict', 'warnings count as errors')
  .option('--json', 'as one JSON document')
  .addOption(new Option('--format <form>', 'how to print').choices(['text', 'json', 'sarif', 'github']))
  .option('--output <file>', 'print to this file', nonEmpty)
  .action(async (servers: string[], own: CheckFlags, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { default: check } = await import('./commands/check.ts');
    const format = own.format ?? (own.json ? 'json' : 'text');
    const [strict, deep, quiet] = [own.strict === true, own.deep === true, flags.quiet === true];
    const options = { policy: flags.policy, servers, strict, deep, quiet };
    process.exitCode = await check({ ...options, format, output: own.output }, await ioFor(flags));
  });

program
  .command('allow')
  .description('grant a server more, asked at a terminal')
  .argument('<server>')
  .option('--host <host>', 'to reach this host', append)
  .option('--read <path>', 'to read this path', append)
  .option('--write <path>', 'to read and write this path', append)
  .option('--tool <name>', 'to have this tool called', append)
  .option('--env <name>', 'to have this variable of the client', append)
  .action(async (server: string, own: AllowFlags, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { default: allow } = await import('./commands/allow.ts');
    const mayAsk = flags.input && process.stdin.isTTY && process.stderr.isTTY;
    const options = { policy: flags.policy, changes: changesFrom(own), mayAsk };
    process.exitCode = await allow(server, options, await ioFor(flags));
  });

addSecrets<Flags>(program, { built: BUILT, ioFor });

program
  .command('lock')
  .description('install what the policy names, and hold it to that')
  .argument('[servers...]', 'only these servers')
  .option('--update', 'take newer versions, a week old or more')
  .option('--prune', 'remove what no policy names')
  .option('--yes', 'with --update: do not ask')
  .option('--json', 'as one JSON document')
  .action(async (servers: string[], own: LockFlags, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { default: lock } = await import('./commands/lock.ts');
    const mayAsk = flags.input && process.stdin.isTTY && process.stderr.isTTY;
    const quiet = flags.quiet === true;
    const how = { ...lockOptionsFrom(own), quiet, mayAsk, isWatched: isWatched(quiet) };
    process.exitCode = await lock({ policy: flags.policy, servers, built: BUILT, ...how }, await ioFor(flags));
  });

program
  .command('doctor')
  .description('what can this machine enforce?')
  .option('--attack', 'try to break out of a sandbox: what held?')
  .option('--json', 'as one JSON document')
  .action(async (own: { attack?: boolean; json?: boolean }, command: Command) => {
    const [json, io] = [own.json === true, await ioFor(command.optsWithGlobals<Flags>())];
    if (own.attack) {
      const { default: attack } = await import('./commands/attack.ts');
      process.exitCode = await attack({ json, built: BUILT }, io);
    } else {
      const { default: doctor } = await import('./commands/doctor.ts');
      process.exitCode = await doctor({ json, built: BUILT }, io);
    }
  });

program
  .command('trust')
  .description('trust this project’s .mcp-secure-run.yaml')
  .argument('[path]')
  .action(async (path: string | undefined, _own: unknown, command: Command) => {
    const { default: trust } = await import('./commands/trust.ts');
    process.exitCode = trust(path, await ioFor(command.optsWithGlobals<Flags>()));
  });

program
  .command('schema', { hidden: true })
  .description('the JSON Schema of a policy, or of what a verb prints with --json')
  .addArgument(
    new Argument('[of]')
      .choices(['policy', 'project', 'explain', 'question', 'check', 'secrets', 'doctor', 'attack', 'lock'])
      .default('policy'),
  )
  .action(async (of: SchemaName, _own: unknown, command: Command) => {
    const { default: schema } = await import('./commands/schema.ts');
    process.exitCode = schema(of, await ioFor(command.optsWithGlobals<Flags>()));
  });

program
  .command('completion', { hidden: true })
  .description('a script that completes words in a shell')
  .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish', 'servers']))
  .action(async (of: Shell | 'servers', _own: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { default: completion } = await import('./commands/completion.ts');
    process.exitCode = await completion(of, flags.policy, verbsOf(program), await ioFor(flags));
  });

async function ioFor({ color }: Flags) {
  const { processIo } = await import('./commands/io.ts');
  return processIo(color);
}

async function run(): Promise<void> {
  await start(argv[verbAt] === 'run' ? argv.toSpliced(verbAt, 1) : argv, BUILT);
}

function isValue(index: number): boolean {
  return ['--policy', '--color'].includes(argv[index - 1] ?? '');
}

// A reader that has seen enough, `explain … | head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  if (process.argv.length === 2) program.help({ error: true });
  if (argv[verbAt] === '--') await run();
  else await program.parseAsync();
} catch (error) {
  process.exitCode = await exitCodeFor(error);
}

async function exitCodeFor(error: unknown): Promise<number> {
  // commander has said what is wrong; its own code for wrong usage is 1, which means findings here.
  if (error instanceof CommanderError) {
    if (error.code === 'usage') process.stderr.write(`${error.message}\n`);
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  process.stderr.write(
    `mcp-secure-run: this is a bug, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.failed;
}
