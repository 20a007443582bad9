import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readShebang } from '../../../src/plan/shebang.ts';

const at = { file: 'policy.yaml', line: 1, column: 1, length: 1 };

/** What is to be run in one line; `none` where the file is no script, `refused` where it may not be run. */
function outcome(head: string): string {
  const decision = readShebang(head, '/srv/script', at);
  if (!decision.allowed) return 'refused';
  if (!decision.granted) return 'none';
  const { interpreter, argument } = decision.granted;
  return argument === undefined ? interpreter : `${interpreter} | ${argument}`;
}

describe('the first line of a file', () => {
  test.each([
    ['', 'none'],
    ['\x7fELF', 'none'],
    [' #!/bin/sh\n', 'none'],
    ['#!/bin/sh\n', '/bin/sh'],
    ['#!/bin/sh', '/bin/sh'],
    ['#! /bin/sh\n', '/bin/sh'],
    ['#!\t/bin/sh \t\n', '/bin/sh'],
    ['#!/bin/sh\r\n', '/bin/sh'],
    ['#!/bin/sh -eu\n', '/bin/sh | -eu'],
    ['#!/usr/bin/awk -f -v x\n', '/usr/bin/awk | -f -v x'],
    ['#!/usr/bin/env node\n', 'node'],
    ['#!/usr/bin/env  python3.11\n', 'python3.11'],
    ['#!/bin/env node\n', 'node'],
    ['#!/usr/local/bin/env node\n', 'node'],
    ['#!/usr/bin/env -S node --x\n', 'refused'],
    ['#!/usr/bin/env node --x\n', 'refused'],
    ['#!/usr/bin/env A=1 node\n', 'refused'],
    ['#!/usr/bin/env -i\n', 'refused'],
    ['#!/usr/bin/env ./node\n', 'refused'],
    ['#!/usr/bin/env /usr/bin/node\n', 'refused'],
    ['#!/usr/bin/env\n', 'refused'],
    ['#!node\n', 'refused'],
    ['#!./node\n', 'refused'],
    ['#!../bin/node\n', 'refused'],
    ['#!\n', 'refused'],
    ['#!', 'refused'],
    ['#!   \n/bin/sh\n', 'refused'],
    [`#!/bin/${'x'.repeat(249)}`, 'refused'],
  ])('%j: %s', (head, expected) => {
    expect(outcome(head)).toBe(expected);
  });
});

test('for all files: what is run is absolute, or a name alone; what follows the first line has no say', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (line, rest) => {
      const decision = readShebang(`#!${line.replaceAll('\n', ' ')}\n${rest}`, '/srv/script', at);
      if (!decision.allowed || !decision.granted) return;
      expect(decision.granted.interpreter).toMatch(/^(?:\/\S*|[A-Za-z0-9][A-Za-z0-9._+-]*)$/);
      expect(decision).toEqual(readShebang(`#!${line.replaceAll('\n', ' ')}\n`, '/srv/script', at));
    }),
  );
});

test('for all first lines with `env`: it names one program and nothing else', () => {
  fc.assert(
    fc.property(fc.string(), (words) => {
      const decision = readShebang(`#!/usr/bin/env ${words}\n`, '/srv/script', at);
      if (decision.allowed && decision.granted) expect(decision.granted.argument).toBeUndefined();
    }),
  );
});
