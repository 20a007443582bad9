import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../kit/command.ts';

interface Code {
  readonly name: string;
  readonly text: string;
}

/** What ships, without its comments. */
const CODE: readonly Code[] = ['src', 'bin'].flatMap((folder) =>
  readdirSync(`${REPOSITORY}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .map((name) => ({
      name: `${folder}/${name}`,
      text: readFileSync(`${REPOSITORY}/${folder}/${name}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, ''),
    })),
);

/** `doctor --attack` does on purpose what nothing else may, and starts its sandboxes as `run` does. */
const ATTACKS = /^src\/(?:attack|attempt|commands\/attack)/;

const whereFound = (sign: RegExp): string[] =>
  CODE.filter(({ name, text }) => sign.test(text) && !ATTACKS.test(name)).map(({ name }) => name);

/** A value of a type is made where it is a result, a variable's type, or asserted; elsewhere it is taken. */
const makes = (type: string): RegExp =>
  new RegExp(
    `\\)(?:: | => )(?:Promise<)?(?:Decision<)?${type}\\b(?![[(])|\\b(?:const|let) \\w+: ${type}\\b|\\b(?:as|satisfies) ${type}\\b|<${type}>\\(`,
  );

describe('a yes carries the plan', () => {
  test('only `resolve` makes a Plan', () => {
    // For an image it asks `resolveContainer`, by the type that `matching.ts` gives it.
    const resolvers = ['src/plan/resolve-container.ts', 'src/plan/resolve.ts'];
    const shared = 'src/plan/shared-decisions.ts';
    expect(whereFound(makes('Plan')).toSorted()).toEqual(['src/plan/matching.ts', ...resolvers, shared]);
    expect(whereFound(/\bdeepFreeze</).toSorted()).toEqual(['src/plan/deep-freeze.ts', shared]);
    expect(whereFound(/(?<!function )\bplanOf\(/).toSorted()).toEqual(resolvers);
    expect(whereFound(/(?<!function )\bresolveContainer\(/)).toEqual(['src/decide-launch.ts']);
  });

  test('only `confine` makes a Spawn, and it takes a Plan', () => {
    expect(whereFound(makes('Spawn')).filter((name) => !name.startsWith('src/confine/'))).toEqual([]);
    expect(
      whereFound(/\bconfine\(/)
        .filter((name) => name !== 'src/confine/confine.ts')
        .toSorted(),
    ).toEqual(['src/commands/trial.ts', 'src/replace.ts', 'src/run.ts', 'src/store/run-confined.ts']);
    expect(whereFound(/export function confine\(\s*plan: Plan,/)).toEqual(['src/confine/confine.ts']);
  });

  test('only what takes a Spawn starts a server; `doctor` asks programs of the system, secrets those that keep them', () => {
    expect(whereFound(/import \{[^}]*\bspawn\b[^}]*\} from 'node:child_process'/)).toEqual([
      'src/egress/take-listeners.ts', // the native helper
      'src/relay/launch.ts',
      'src/secrets/run-tool.ts',
    ]);
    expect(whereFound(/import (?!type)[^;]*from '(?:node:)?child_process'/)).toEqual([
      'src/egress/take-listeners.ts',
      'src/host/run-briefly.ts',
      'src/relay/launch.ts',
      'src/secrets/run-tool.ts',
    ]);
    expect(whereFound(/\brunBriefly\b/).filter((name) => !name.startsWith('src/host/'))).toEqual([]);
    expect(whereFound(/\brequire\('(?:node:)?child_process'\)|getBuiltinModule\('(?:node:)?child_process'\)/)).toEqual(
      [],
    );
  });
});

describe('explain is run', () => {
  test('both come through `resolve` and `planDigest`', () => {
    expect(
      whereFound(/(?<!function )\bresolve\((?:request|options\.granted\.request), policy, host, engines\)/).toSorted(),
    ).toEqual(['src/commands/check-examples.ts', 'src/commands/explain.ts', 'src/decide-launch.ts']);
    expect(whereFound(/(?<!function )\bplanDigest\(plan(?:\.granted)?,/).toSorted()).toEqual([
      'src/commands/explain.ts',
      'src/run.ts',
    ]);
  });
});

describe('argv from end to end', () => {
  test('no shell reads what we start', () => {
    expect(whereFound(/\bshell:(?!\s*false\b)/)).toEqual([]);
    expect(whereFound(/\bshell: false\b/)).toEqual([
      'src/host/run-briefly.ts',
      'src/relay/launch.ts',
      'src/secrets/run-tool.ts',
    ]);
  });

  test('nothing that takes a command line is called', () => {
    expect(whereFound(/(?<![.\w])exec(?:Sync|File|FileSync)?\(/)).toEqual([]);
    expect(whereFound(/\b(?:execSync|execFileSync|execaCommand)\b/)).toEqual([]);
  });

  test('no code is made of text', () => {
    expect(whereFound(/\beval\(|\bnew Function\(|\bsetTimeout\(\s*['"`]/)).toEqual([]);
  });
});

describe('stdout is the protocol’s', () => {
  test('`run` writes to it in one place', () => {
    const written = whereFound(/\bprocess\.stdout\b|\bfd: 1\b|\bwriteSync\(1\b/);
    // The other verbs have their own, and what asks the keyring is no process of `run`’s client; a Node.js that is too old for us answers in the protocol.
    expect(
      written.filter(
        (name) => !['src/cli.ts', 'src/commands/io.ts', 'src/keyring-worker.ts', 'bin/too-old.js'].includes(name),
      ),
    ).toEqual(['src/relay/client.ts']);
    expect(whereFound(/\bconsole\./)).toEqual([]);
  });
});
