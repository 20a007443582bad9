import type { Command } from 'commander';
import type { Io } from './commands/io.ts';

/** What `cli.ts` knows of the words before the verb. */
export interface Around<All> {
  readonly built: string;
  readonly ioFor: (flags: All) => Promise<Io>;
}

interface Flags {
  policy?: string;
  input: boolean;
}

/** The verb `secrets` and the two below it. No word of theirs is a value. */
export function addSecrets<All extends Flags>(program: Command, { built, ioFor }: Around<All>): void {
  const secrets = program
    .command('secrets')
    .description('can each secret be had? and: keep one in the keyring')
    .argument('[server]', 'only of this server')
    .usage('[server]   or   set|rm <reference>')
    .option('--json', 'as one JSON document')
    .action(async (server: string | undefined, own: { json?: boolean }, command: Command) => {
      const flags = command.optsWithGlobals<All>();
      const { default: list } = await import('./commands/secrets.ts');
      process.exitCode = await list(
        server,
        { policy: flags.policy, json: own.json === true, built },
        await ioFor(flags),
      );
    });

  secrets
    .command('set')
    .description('put a value into the keyring: typed, or by stdin')
    .argument('<reference>', '`keyring:SERVICE[/ACCOUNT]`')
    .action(async (reference: string, _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals<All>();
      const { setSecret } = await import('./commands/keep-secret.ts');
      const { stdin, stderr } = process;
      const typed = flags.input && stderr.isTTY ? stdin : 'nobody';
      process.exitCode = await setSecret(reference, { built, from: stdin.isTTY ? typed : 'pipe' }, await ioFor(flags));
    });

  secrets
    .command('rm')
    .description('take it out of the keyring')
    .argument('<reference>', '`keyring:SERVICE[/ACCOUNT]`')
    .action(async (reference: string, _own: unknown, command: Command) => {
      const { removeSecret } = await import('./commands/keep-secret.ts');
      process.exitCode = await removeSecret(reference, { built }, await ioFor(command.optsWithGlobals<All>()));
    });
}
