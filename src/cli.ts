import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ColorChoice } from './commands/io.ts';
import { EXIT } from './finding/exit-code.ts';
import type { Request } from './plan/request.ts';
import { VERSION } from './version.ts';

// Every verb and flag: this file is the help. It alone sets the exit code; what a verb needs is loaded with the verb.

interface Flags {
  policy?: string;
  json?: boolean;
  color: ColorChoice;
}

const program = new Command('mcp-secure-run')
  .description(
    'Put it in front of a stdio MCP server: what runs is what the policy names, confined, with the environment that it lists.',
  )
  .usage('[options] <verb> …')
  .version(VERSION, '--version', 'print the version')
  .helpOption('--help', 'print this')
  .helpCommand(false)
  .addHelpText(
    'before',
    `  mcp-secure-run run github                        what a client starts
  mcp-secure-run run -- node /srv/crm/server.js    found by its command line
  mcp-secure-run explain github                    what would happen, and why
`,
  )
  .addHelpText(
    'after',
    `
Policy: ~/.config/mcp-secure-run/policy.yaml
Exit codes: 2 wrong usage or policy, 125 could not do it, 126 denied by policy,
127 not there; else the server's own`,
  )
  .exitOverride();

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
  .description('start a server of the policy and carry its messages')
  .usage('[options] <server> [-- args…]   or   run [options] -- <command> …')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(run);

program
  .command('explain')
  .description('show what would be started, and the line of the policy behind each part')
  .argument('[words...]', 'a server, or `--` and a command line')
  .usage('[options] <server>   or   explain [options] -- <command> …')
  .option('--json', 'as one JSON document')
  .action(async (words: string[], _own: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const { default: explain } = await import('./commands/explain.ts');
    const { processIo } = await import('./commands/io.ts');
    const options = { policy: flags.policy, json: flags.json === true };
    process.exitCode = await explain(requestFrom(words), options, processIo(flags.color));
  });

/** `run` reads its own words, wherever they stand: there is one grammar for them. */
async function run(): Promise<void> {
  const { main } = await import('./run.ts');
  await main(['run', ...(argv[verbAt] === 'run' ? argv.toSpliced(verbAt, 1) : argv)], {
    compiler: () => import('./policy-text/parse-policy.ts'),
  });
}

function isValue(index: number): boolean {
  return ['--policy', '--color'].includes(argv[index - 1] ?? '');
}

function nonEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('it is empty');
  return value;
}

function requestFrom(words: readonly string[]): Request {
  const [first, ...args] = words;
  const isCommand = argv.includes('--') && argv[argv.indexOf('--') + 1] === first;
  if (first === undefined)
    throw new CommanderError(EXIT.usage, 'usage', 'error: `explain` needs a server, or `--` and a command line');
  return isCommand ? { kind: 'command', command: first, args } : { kind: 'server', id: first, args };
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
