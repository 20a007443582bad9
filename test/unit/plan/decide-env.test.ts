import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideEnv } from '../../../src/plan/decide-env.ts';
import { isLoaderVariable } from '../../../src/plan/loader-variable.ts';
import type { ServerPolicy } from '../../../src/policy/policy.ts';
import { ENGINES, layerOf, told, withServer } from '../../kit/decide.ts';
import { statedHost } from '../../kit/stated-host.ts';

function serverFrom(keys: Record<string, unknown>): ServerPolicy {
  const [server] = layerOf(withServer(JSON.stringify({ command: 'node', ...keys }))).servers;
  if (!server) throw new Error('one was written');
  return server;
}

/** `name<from` for each that is granted. */
function outcome(server: ServerPolicy, variables: Record<string, string> = {}): string {
  return told(decideEnv(server, statedHost({ variables }), ENGINES), (granted) =>
    granted.map(({ name, from }) => `${name}<${from}`).join(' '),
  );
}

describe('what a server sees of the environment', () => {
  test.each<[string, Record<string, unknown>, Record<string, string>, string]>([
    ['nothing, where the policy names nothing', {}, { SECRET: 'x' }, ''],
    ['what `pass` names', { pass: ['TZ'] }, { TZ: 'UTC', SECRET: 'x' }, 'TZ<client'],
    ['what `env` says', { env: { LEVEL: 'warn' } }, { LEVEL: 'other' }, 'LEVEL<policy'],
    ['what `env` says in place of ours', { env: { LANG: 'de' } }, {}, 'LANG<policy'],
    ['an empty value', { pass: ['A'] }, { A: '' }, 'A<client'],
    ['not what may be missing, and is', { pass: ['A?'] }, {}, ''],
    ['what may be missing, and is not', { pass: ['A?'] }, { A: '1' }, 'A<client'],
    ['no: it needs what is missing', { pass: ['A'] }, { a: '1' }, 'refused: env-missing'],
    ['no: it would load code', { pass: ['LD_PRELOAD'] }, { LD_PRELOAD: 'x' }, 'refused: env-loader'],
    ['no: it would load code, wherever it comes from', { env: { node_options: 'x' } }, {}, 'refused: env-loader'],
    ['no: it would load code, though it may be missing', { pass: ['BASH_ENV?'] }, {}, 'refused: env-loader'],
    [
      'what would load code, where that is given up',
      { pass: ['LD_PRELOAD'], unsafe: ['loader-variables'] },
      { LD_PRELOAD: 'x' },
      'LD_PRELOAD<client',
    ],
    ['no: it is ours', { env: { PATH: '/x' } }, {}, 'refused: env-reserved'],
    [
      'no: it is ours, whatever is given up',
      { env: { PATH: '/x' }, unsafe: ['loader-variables'] },
      {},
      'refused: env-reserved',
    ],
    ['no: it is written twice', { env: { A: '1' }, pass: ['A'] }, { A: '2' }, 'refused: env-twice'],
    ['no: a value is a function of a shell', { pass: ['A'] }, { A: '() { x' }, 'refused: env-value'],
    ['no: a value is too long', { pass: ['A'] }, { A: 'é'.repeat(66_000) }, 'refused: env-value'],
    [
      'no, and everything that stands against it',
      { env: { PATH: 'x', IFS: 'y' }, pass: ['A', 'B'] },
      {},
      'refused: env-reserved, env-loader, env-missing',
    ],
  ])('%s', (_title, keys, variables, expected) => {
    expect(outcome(serverFrom(keys), variables)).toBe(expected);
  });
});

const name = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/)
  .filter((text) => text !== '__proto__' && text !== 'constructor' && text !== 'prototype');
const loaderName = fc
  .constantFrom(
    'LD_PRELOAD',
    'NODE_OPTIONS',
    'npm_config_call',
    'PYTHONPATH',
    'BASH_ENV',
    'GIT_SSH_COMMAND',
    'HTTPS_PROXY',
  )
  .chain((loader) => fc.mixedCase(fc.constant(loader)));
const environment = fc.dictionary(fc.oneof(name, loaderName), fc.string());
const written = fc.record({
  env: fc.dictionary(fc.oneof(name, loaderName), fc.string()),
  pass: fc.uniqueArray(fc.oneof(name, loaderName)),
});

function writing({ env, pass }: { env: Record<string, string>; pass: readonly string[] }): ServerPolicy {
  const at = { file: 'policy.yaml', line: 1, column: 1, length: 1 };
  return {
    ...serverFrom({}),
    env: Object.entries(env).map(([key, value]) => ({ name: key, value, at })),
    pass: pass.map((key) => ({ name: key, optional: true, at })),
  };
}

describe('for all policies and environments', () => {
  test('a server sees no name but those that are written and ours', () => {
    fc.assert(
      fc.property(written, environment, (keys, variables) => {
        const decision = decideEnv(writing(keys), statedHost({ variables }), ENGINES);
        if (!decision.allowed) return;
        const known = new Set([...Object.keys(keys.env), ...keys.pass]);
        expect(decision.granted.filter((rule) => !known.has(rule.name))).toEqual([]);
        expect(new Set(decision.granted.map((rule) => rule.name)).size).toBe(decision.granted.length);
      }),
    );
  });

  test('a name that loads code never passes, in any case', () => {
    fc.assert(
      fc.property(written, loaderName, fc.boolean(), environment, (keys, loader, isLiteral, variables) => {
        const widened = isLiteral
          ? { ...keys, env: { ...keys.env, [loader]: 'x' } }
          : { ...keys, pass: [...keys.pass, loader] };
        const decision = decideEnv(
          writing(widened),
          statedHost({ variables: { ...variables, [loader]: 'x' } }),
          ENGINES,
        );
        expect(decision.allowed).toBe(false);
      }),
    );
  });

  test('what the client has beside changes nothing', () => {
    fc.assert(
      fc.property(written, environment, environment, (keys, variables, more) => {
        const others = Object.fromEntries(Object.entries(more).filter(([key]) => !keys.pass.includes(key)));
        const named = Object.fromEntries(Object.entries(variables).filter(([key]) => keys.pass.includes(key)));
        const alone = decideEnv(writing(keys), statedHost({ variables: named }), ENGINES);
        expect(decideEnv(writing(keys), statedHost({ variables: { ...others, ...named } }), ENGINES)).toEqual(alone);
      }),
    );
  });

  test('no secret outside the server: of what the client has, a decision holds names alone', () => {
    fc.assert(
      fc.property(written, environment, (keys, variables) => {
        const secrets = Object.fromEntries(Object.keys(variables).map((key) => [key, `canary ${key} canary`]));
        const decision = decideEnv(writing(keys), statedHost({ variables: secrets }), ENGINES);
        expect(JSON.stringify(decision)).not.toMatch(/canary \w+ canary/);
      }),
    );
  });

  test('a loader’s name is one in any case', () => {
    fc.assert(
      fc.property(loaderName, (loader) => {
        expect(isLoaderVariable(loader)).toBe(true);
      }),
    );
  });
});
