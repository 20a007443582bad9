import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';

/** An entry of `servers`, as data. */
export type Server = Readonly<Record<string, unknown>>;

export const ECHO_SHA256 = createHash('sha256').update(readFileSync('/bin/echo')).digest('hex');

const WORDS = ['a', 'b', '7', '/usr/share', '/usr/share/doc', '/nowhere', '--x', ''];
/** Words of a command line. */
export const anyWords = (more: readonly string[] = []) =>
  fc.array(fc.constantFrom(...WORDS, ...more), { maxLength: 3 });

/** Arguments of an entry: words, and slots that some of the words above fill. */
export function anyArguments(more: readonly string[] = []): fc.Arbitrary<readonly unknown[]> {
  const word = fc.constantFrom(...WORDS, ...more);
  const matcher = fc.constantFrom<object>(
    ...[{ oneOf: ['a', 'b'] }, { integer: [1, 9] }, { match: '[a-z]+' }, { equals: 'a' }, { maxLength: 3 }],
    ...[{ path: 'read' }, { path: 'write' }, { path: 'read' }],
  );
  const absent = fc.oneof(
    fc.constantFrom({}, {}, { optional: true }),
    word.map((given) => ({ default: given })),
  );
  const slot = fc.tuple(matcher, absent).map(([what, when]) => ({ ...what, ...when }));
  return fc
    .tuple(fc.array(fc.oneof(word, slot, slot), { maxLength: 3 }), fc.option(matcher, { freq: 4 }))
    .map(([list, rest]) => (rest ? [...list, { rest }] : list));
}

/** Servers of which some start, beside what lies in this directory: with programs, hashes, paths and variables that there are, and that there are not. */
export function anyServer(directory: string): fc.Arbitrary<Server> {
  const here = [directory, `${directory}/data`, `${directory}/server`];
  const paths = fc.subarray(['/usr/share', '/usr/share/doc', '/nowhere', '/', '/proc', ...here], {
    minLength: 1,
    maxLength: 2,
  });
  const call = fc.record({ tool: fc.constantFrom('read', 'write') });
  const examples = fc.array(fc.oneof(anyWords(here), call), { maxLength: 2 });
  const keys: Record<string, fc.Arbitrary<unknown>> = {
    args: anyArguments(here),
    sha256: fc.constantFrom(ECHO_SHA256, ECHO_SHA256, 'a'.repeat(64)),
    env: fc.constantFrom({ A: 'b' }, { A: 'b', PRESENT: 'x' }, { PATH: '/x' }, { NODE_OPTIONS: '-r /x' }),
    pass: fc.subarray(['PRESENT', 'ABSENT?', 'ABSENT', { PRESENT: { equals: 'yes' } }, { PRESENT: { match: 'n.*' } }]),
    cwd: fc.constantFrom('private', 'project', '/usr/share', '/nowhere'),
    state: fc.constantFrom(['data'], ['.cache/x', 'data/deep']),
    files: fc.record({ read: paths, write: paths }, { requiredKeys: [] }),
    examples: fc.record({ allow: examples, deny: examples }, { requiredKeys: [] }),
    unsafe: fc.subarray(['unlocked', 'own-sandbox', 'loader-variables', 'observe', 'no-sandbox'], { maxLength: 2 }),
    network: fc.constantFrom('none', 'none', ['example.com']),
    tools: fc.constantFrom({}, { read: 'allow' }),
    limits: fc.constantFrom<object>({ calls: '9/s' }, { memory: '1GiB', idle: '1h' }, { runtime: '8h' }),
  };
  const programs = ['/bin/echo', '/bin/echo', 'echo', 'sh', '/nowhere', 'nowhere', 'npm:a@1.0.0', ...here];
  return fc.subarray(Object.keys(keys), { maxLength: 4 }).chain((names) => {
    const some = Object.entries(keys).filter(([name]) => names.includes(name));
    return fc.record({ command: fc.constantFrom(...programs), ...Object.fromEntries(some) });
  });
}
