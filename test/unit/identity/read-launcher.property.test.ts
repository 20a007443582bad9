import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identityText } from '../../../src/identity/identity.ts';
import { parseIdentity } from '../../../src/identity/parse-identity.ts';
import { readLauncher } from '../../../src/identity/read-launcher.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** Lines that are taken, by the words in front of what runs, and the options that each takes there without a value. */
const TAKEN: readonly (readonly [before: readonly string[], what: string, flags: readonly string[]])[] = [
  [['npx'], 'pkg@1.2.3', ['-y', '--yes', '--no-install', '-q', '--quiet', '--silent', '--prefer-offline', '--offline']],
  [['npm', 'exec'], 'pkg@1.2.3', ['-y', '--yes', '-q', '--quiet', '--silent', '--prefer-offline', '--offline']],
  [['pnpm', 'dlx'], 'pkg@1.2.3', ['-s', '--silent']],
  [['yarn', 'dlx'], 'pkg@1.2.3', ['-q', '--quiet']],
  [['bunx'], 'pkg@1.2.3', ['-y', '--yes', '--silent', '--verbose', '--no-install', '--no-cache']],
  [
    ['uvx'],
    'pkg@1.2.3',
    ['-q', '--quiet', '--isolated', '--offline', '--no-cache', '-n', '--refresh', '--no-progress', '--no-config'],
  ],
  [['pipx', 'run'], 'pkg==1.2.3', ['--no-cache', '-q', '--quiet']],
  [['docker', 'run'], `acme/crm@${DIGEST}`, ['-i', '--interactive', '--rm', '--init']],
  [['podman', 'run'], `docker.io/acme/crm@${DIGEST}`, ['-i', '--interactive', '--rm', '--init']],
  [
    ['deno', 'run'],
    '/srv/a.ts',
    ['-q', '--quiet', '--no-prompt', '--no-remote', '--no-npm', '--cached-only', '--no-config', '--no-lock'],
  ],
  [['node'], '/srv/a.js', []],
  [['python3'], '/srv/a.py', []],
];

/** Ends the options and is none. */
const ENDS = new Set(['npx', 'npm', 'docker', 'podman']);

/** Then what follows is another word. */
const TAKES_VALUE = /^(?:-p|-e|--(?:package|from|spec|env)(?:=.*)?)$/s;

const option = fc.oneof(
  fc.stringMatching(/^-[A-Za-z]{1,3}$/),
  fc.stringMatching(/^--?[a-z]{1,8}(?:-[a-z]{1,8})?(?:=[ -~]{0,8})?$/),
  fc.string({ maxLength: 8 }).map((text) => `-${text}`),
  fc.constantFrom(
    '-c',
    '--call',
    '-e',
    '--eval',
    '-r',
    '--require',
    '--import',
    '-v',
    '--privileged',
    '-A',
    '-m',
    '--with',
  ),
);

test('a word with a dash in front of what runs is on the list, or nothing runs', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TAKEN), option, fc.array(fc.string(), { maxLength: 3 }), (line, added, rest) => {
      const [[command = '', ...verb], what, flags] = line;
      fc.pre(!flags.includes(added) && !(added === '--' && ENDS.has(command)));
      fc.pre(!TAKES_VALUE.test(added));
      fc.pre(!(command === 'deno' && /^--allow-(?:read|write|net|env|sys)(?:=.+)?$/.test(added)));
      const reading = readLauncher(command, [...verb, added, what, ...rest]);
      expect(reading?.ok).toBe(false);
    }),
  );
});

test('an option that is on the list changes nothing of what runs', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TAKEN), fc.infiniteStream(fc.nat()), (line, stream) => {
      const [[command = '', ...verb], what, flags] = line;
      const chosen = flags.length === 0 ? [] : [...stream.take(3)].map((index) => flags[index % flags.length] ?? '');
      const plain = readLauncher(command, [...verb, what, 'a']);
      const told = readLauncher(command, [...verb, ...chosen, what, 'a']);
      expect(told).toEqual(plain?.ok && { ...plain, consumed: plain.consumed + chosen.length });
    }),
  );
});

const word = fc.oneof(
  fc.constantFrom(
    '-y',
    '-p',
    '--package',
    '--from',
    '--with',
    '--no-project',
    '--spec',
    'run',
    'dlx',
    'exec',
    'x',
    '--',
  ),
  fc.constantFrom('pkg', 'pkg@1.2.3', 'pkg==1.2.3', '@scope/pkg@1.2.3', 'pkg@latest', 'pkg@^1', './x', 'x@npm:y@1.0.0'),
  fc.constantFrom('-e', 'TOKEN', '-i', `acme/crm@${DIGEST}`, 'acme/crm:1', 'tool', 'npm:pkg@1.2.3', '/srv/x'),
  fc.stringMatching(/^[@a-z.~^=<>0-9:/-]{1,12}$/),
  fc.string({ maxLength: 12 }),
);

test('whatever is taken has one exact version, which the short form reads back', () => {
  const commands = fc.constantFrom(...new Set(TAKEN.map(([[command = '']]) => command)), 'pnpx', 'bun', 'uv');
  let taken = 0;
  fc.assert(
    fc.property(commands, fc.array(word, { maxLength: 6 }), (command, args) => {
      const reading = readLauncher(command, args);
      if (!reading?.ok || reading.identity.kind === 'script') return;
      taken += 1;
      const { identity, consumed } = reading;
      const text = identityText(identity);
      expect(text).toMatch(/^(?:npm:\S+@\d+\.\d+\.\d+\S*|pypi:\S+==(?:\d+!)?\d\S*|oci:\S+@sha256:[0-9a-f]{64})$/);
      const again = parseIdentity('bin' in identity ? `${text}#${identity.bin}` : text);
      const { runtime: _, ...plain } = { runtime: undefined, ...identity };
      expect(again).toEqual({ ok: true, identity: plain });
      expect(consumed).toBeLessThanOrEqual(args.length);
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(100);
});
