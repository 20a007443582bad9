import { readNpmSpec } from './npm-spec.ts';
import { readOptions, type Options } from './read-options.ts';
import { endedAfter, faultAt, misread, type Reading } from './reading.ts';

/**
 * `deno run /path/to/server.ts`, and `deno run npm:NAME@EXACT`. Its permissions are taken as they are written, but for
 * all at once and those that leave Deno: what holds is the sandbox around it.
 */
export function readDeno(args: readonly string[]): Reading {
  const [verb] = args;
  if (verb === undefined) return endedAfter(args, '`deno` is given nothing to run', EXAMPLE);
  if (verb !== 'run') return faultAt(0, misread('launcher-option', `\`deno ${verb}\` is not taken`, EXAMPLE));
  const permissions = args.slice(1).filter((word) => PERMISSION.test(word));
  const options = readOptions(args, 1, { ...RUN, flags: [...RUN.flags, ...permissions] });
  if (!options.ok) return options;
  const script = args[options.next];
  if (script === undefined) return endedAfter(args, '`deno run` is given nothing to run', EXAMPLE);
  const consumed = options.next + 1;
  if (script.startsWith('/')) return { ok: true, identity: { kind: 'script', runner: 'deno', path: script }, consumed };
  if (script.startsWith('npm:')) {
    const found = readNpmSpec(script.slice('npm:'.length));
    return 'ident' in found
      ? faultAt(options.next, found)
      : { ok: true, identity: { kind: 'npm', ...found }, consumed };
  }
  const isFetched = /^\w+:/.test(script);
  const what = isFetched ? `\`${script}\` is fetched when it is started` : `\`${script}\` is not an absolute path`;
  const hint = isFetched ? 'keep the file, and write its absolute path' : EXAMPLE;
  return faultAt(options.next, misread('launcher-option', what, hint));
}

const EXAMPLE = 'write `deno run` and the absolute path of the file';

const PERMISSION = /^--allow-(?:read|write|net|env|sys)(?:=.+)?$/;

const RUN: Options = {
  launcher: 'deno run',
  flags: ['-q', '--quiet', '--no-prompt', '--no-remote', '--no-npm', '--cached-only', '--no-config', '--no-lock'],
  instead: {
    '-A': 'name what it needs: `--allow-read`, `--allow-net`, `--allow-env`',
    '--allow-all': 'name what it needs: `--allow-read`, `--allow-net`, `--allow-env`',
  },
};
