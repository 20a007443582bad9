import { hasRegistry, readImage } from './image.ts';
import { readOptions, type Options, type OptionValue } from './read-options.ts';
import { endedAfter, faultAt, misread, type Fault, type Misread, type Reading } from './reading.ts';

/**
 * `docker run`, `podman run`: the image by its digest, and the names of variables that it gets. How it is confined, what
 * it sees and what it reaches is the policy's to say, so every option that would say it is refused.
 */
export function readContainer(runtime: 'docker' | 'podman', args: readonly string[]): Reading {
  const [verb] = args;
  const example = `${runtime} run -i --rm image@sha256:…`;
  if (verb === undefined) return endedAfter(args, `\`${runtime}\` is given nothing to run`, `write \`${example}\``);
  if (verb !== 'run')
    return faultAt(0, misread('launcher-option', `\`${runtime} ${verb}\` is not taken`, `write \`${example}\``));

  const options = readOptions(args, 1, { ...RUN, launcher: `${runtime} run` });
  if (!options.ok) return options;
  const wrong = options.values.find(({ value }) => !VARIABLE.test(value));
  if (wrong) return faultAt(wrong.token, noVariable(wrong));
  const reference = args[options.next];
  if (reference === undefined) return endedAfter(args, `\`${runtime} run\` is given no image`, `write \`${example}\``);
  const image = readImage(reference);
  if ('ident' in image) return faultAt(options.next, image);
  if (runtime === 'podman' && !hasRegistry(reference)) return noRegistry(reference, options.next);
  return {
    ok: true,
    identity: { kind: 'oci', ...image, runtime },
    consumed: options.next + 1,
    variables: options.values.map(({ value }) => value),
  };
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

function noVariable({ value }: OptionValue): Misread {
  const [name = ''] = value.split('=');
  const isLiteral = value.includes('=') && VARIABLE.test(name);
  return misread(
    'launcher-option',
    isLiteral
      ? `the value of \`${name}\` is written where every process can read it`
      : `\`${value}\` is no variable’s name`,
    isLiteral
      ? `write \`-e ${name}\` here, and its value in the policy: \`env\`, \`pass\` or \`secrets\``
      : 'write `-e NAME`',
  );
}

/** Podman looks for a short name in whatever registries a machine lists. */
function noRegistry(reference: string, token: number): Fault {
  const what = `which registry \`${reference}\` is of depends on the machine`;
  return faultAt(token, misread('package-spec', what, `write it out: \`docker.io/${reference}\``));
}

const FILES = 'what it sees is the policy’s to say: `files: { read: […], write: […] }`';
const NETWORK = 'what it reaches is the policy’s to say: `network: […]`';
const LIMITS = 'what it may use up is the policy’s to say: `limits: { … }`';

const RUN: Omit<Options, 'launcher'> = {
  flags: ['-i', '--interactive', '--rm', '--init'],
  valued: ['-e', '--env'],
  isEndable: true,
  instead: {
    ...Object.fromEntries(['-v', '--volume', '--mount', '--volumes-from', '--tmpfs'].map((name) => [name, FILES])),
    ...Object.fromEntries(['--network', '--net', '-p', '--publish', '--add-host'].map((name) => [name, NETWORK])),
    ...Object.fromEntries(['-m', '--memory', '--cpus', '--pids-limit'].map((name) => [name, LIMITS])),
    '--env-file': 'name each variable: `-e NAME`',
    '-it': 'write `-i`: a server has no terminal',
    '-ti': 'write `-i`: a server has no terminal',
    '-t': 'leave it out: a server has no terminal',
    '--tty': 'leave it out: a server has no terminal',
    '--entrypoint': 'what runs is what the image says: use one that has the server',
    '--privileged': 'leave it out: containers are held tighter than by default, not looser',
    '--name': 'leave it out: two clients may start the same server',
    '--pull': 'leave it out: an image by its digest has no newer one',
  },
};
