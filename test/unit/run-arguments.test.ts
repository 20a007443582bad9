import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRunArguments } from '../../src/run-arguments.ts';
import { told } from '../kit/decide.ts';

/** What these words ask for: `server crm [args]`, `command node [args]`, and the options that were given. */
function asked(words: readonly string[]): string {
  return told(readRunArguments(words), ({ request, policy, quiet, verbose }) => {
    const what = request.kind === 'server' ? `server ${request.id}` : `command ${request.command}`;
    const options = [
      ...(policy === undefined ? [] : [`by ${policy}`]),
      ...(quiet ? ['quiet'] : []),
      ...(verbose ? ['verbose'] : []),
    ];
    return [`${what} ${JSON.stringify(request.args)}`, ...options].join(', ');
  });
}

describe('the words', () => {
  test.each([
    ['run crm', 'server crm []'],
    ['crm', 'server crm []'],
    ['run crm -- a b', 'server crm ["a","b"]'],
    ['run crm --', 'server crm []'],
    ['run crm -- -- --quiet', 'server crm ["--","--quiet"]'],
    ['run -- node /srv/crm.js', 'command node ["/srv/crm.js"]'],
    ['-- node --policy x', 'command node ["--policy","x"]'],
    ['run -- -n', 'command -n []'],
    ['run --policy p crm', 'server crm [], by p'],
    ['run --policy=p crm', 'server crm [], by p'],
    ['run --policy=a=b crm', 'server crm [], by a=b'],
    ['run crm --policy p', 'server crm [], by p'],
    ['run --policy --quiet crm', 'server crm [], by --quiet'],
    ['run --policy a --policy b crm', 'server crm [], by b'],
    ['run --quiet --verbose --no-input --color never crm', 'server crm [], quiet, verbose'],
    ['run --color=always crm', 'server crm []'],
    ['run run', 'server run []'],
    ['run', 'refused: usage'],
    ['', 'refused: usage'],
    ['run --', 'refused: usage'],
    ['run --quiet', 'refused: usage'],
    ['run crm other', 'refused: usage'],
    ['run --polcy p crm', 'refused: usage'],
    ['run --quiet=yes crm', 'refused: usage'],
    ['run -q crm', 'refused: usage'],
    ['run - crm', 'refused: usage'],
    ['run --policy', 'refused: usage'],
    ['run --policy= crm', 'refused: usage'],
    ['run --no-sandbox crm', 'refused: usage'],
    ['run --unsafe=no-sandbox crm', 'refused: usage'],
  ])('`%s` ask for: %s', (line, expected) => {
    expect(asked(line === '' ? [] : line.split(' '))).toBe(expected);
  });

  test('an empty command asks for nothing', () => {
    expect(asked(['run', '--', ''])).toBe('refused: usage');
  });
});

test.each([
  ['run crm a b', 'arguments for the server come after `--`: `mcp-secure-run run crm -- a b`'],
  ['run --polcy p', 'did you mean `--policy`?'],
  ['run --policy', 'write `--policy FILE`'],
])('`%s` is told: %s', (line, hint) => {
  const decision = readRunArguments(line.split(' '));
  expect(decision.allowed ? '' : decision.findings[0]?.hint).toBe(hint);
});

test('argv from end to end: what comes after `--` is taken word for word', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (args) => {
      expect(asked(['run', 'crm', '--', ...args])).toBe(`server crm ${JSON.stringify(args)}`);
      expect(asked(['run', '--', 'crm', ...args])).toBe(`command crm ${JSON.stringify(args)}`);
    }),
  );
});
