import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusal, warning, type Finding, type Place } from '../../../src/finding/finding.ts';
import { githubAnnotations } from '../../../src/render/github.ts';
import { printable } from '../../../src/finding/printable.ts';

const ROOT = '/work/app';

function at(file: string): Place {
  return { file, line: 14, column: 12, length: 11 };
}

function annotate(...findings: Finding[]): string {
  return githubAnnotations(findings, { root: ROOT });
}

describe('a finding is one command', () => {
  test.each<[title: string, finding: Finding, line: string]>([
    [
      'an error at its place',
      refusal('env-missing', '`A` is not set', 'set it', at('/work/app/.mcp-secure-run.yaml')),
      '::error file=.mcp-secure-run.yaml,line=14,col=12,endColumn=23,title=mcp-secure-run (env-missing)::`A` is not set%0Ahint: set it',
    ],
    [
      'a warning',
      warning('unsafe-entry', 'm', 'h', at('/work/app/a/policy.yaml')),
      '::warning file=a/policy.yaml,line=14,col=12,endColumn=23,title=mcp-secure-run (unsafe-entry)::m%0Ahint: h',
    ],
    ['without a place', refusal('usage', 'm', 'h'), '::error title=mcp-secure-run (usage)::m%0Ahint: h'],
    [
      'with another place',
      warning('narrowed', 'm', 'h', at('/work/app/p'), { message: 'by this', place: at('/work/app/m:1.yaml') }),
      '::warning file=p,line=14,col=12,endColumn=23,title=mcp-secure-run (narrowed)::m%0Am:1.yaml:14: by this%0Ahint: h',
    ],
  ])('%s', (_title, finding, line) => {
    expect(annotate(finding)).toBe(`${line}\n`);
  });

  test('several stand under each other, none is nothing', () => {
    expect(annotate(refusal('usage', 'a', 'h'), refusal('usage', 'b', 'h')).split('\n')).toHaveLength(3);
    expect(annotate()).toBe('');
  });
});

describe('a file is named from the root', () => {
  test.each([
    ['below it', '/work/app/sub/p.yaml', ROOT, 'sub/p.yaml'],
    ['below it, said with a slash', '/work/app/p.yaml', `${ROOT}/`, 'p.yaml'],
    ['below everything', '/etc/p.yaml', '/', 'etc/p.yaml'],
    ['beside it, with a longer name', '/work/app-evil/p.yaml', ROOT, '/work/app-evil/p.yaml'],
    ['elsewhere', '/etc/p.yaml', ROOT, '/etc/p.yaml'],
    ['already relative', 'p.yaml', ROOT, 'p.yaml'],
  ])('%s', (_title, file, root, named) => {
    const line = githubAnnotations([refusal('usage', 'm', 'h', at(file))], { root });
    expect(parse(line).properties.get('file')).toBe(named);
  });
});

describe('nothing in a finding is a command or a property', () => {
  test.each([
    ['a new line', 'a\n::stop-commands::x', 'a\\u{a}::stop-commands::x'],
    ['a carriage return', 'a\r::set-env name=X::y', 'a\\u{d}::set-env name=X::y'],
    ['a line separator', 'a\u2028::error::y', 'a\\u{2028}::error::y'],
    ['an escape that is a newline once decoded', 'a%0A::error::y', 'a%0A::error::y'],
    ['an escape of an escape', 'a%250Ab', 'a%250Ab'],
    ['what would end a property', 'a,file=/etc/passwd::b', 'a,file=/etc/passwd::b'],
    ['the older form of a command', '##[error]a', '##[error]a'],
    ['a turn of direction', 'a\u202Eb', 'a\\u{202e}b'],
  ])('%s', (_title, evil, shown) => {
    const place = at(`/work/app/${evil}`);
    const text = annotate(warning('narrowed', evil, evil, place, { message: evil, place }));
    expect(text.match(/\r|\n/g)).toEqual(['\n']);
    expect(parse(text)).toEqual({
      command: 'warning',
      properties: new Map([
        ['file', shown],
        ['line', '14'],
        ['col', '12'],
        ['endColumn', '23'],
        ['title', 'mcp-secure-run (narrowed)'],
      ]),
      data: `${shown}\n${shown}:14: ${shown}\nhint: ${shown}`,
    });
  });

  test('whatever its text: it stays one line, and decodes back', () => {
    const text = fc.string({ unit: 'binary' });
    const hostile = fc.array(fc.constantFrom('::', ':', ',', '%', '%0A', '%25', '\n', '\r', '##[', 'error', ' '));
    const any = fc.oneof(
      text,
      hostile.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(any, any, any, (message, hint, file) => {
        const line = annotate(refusal('usage', message, hint, at(`/${file}`)));
        expect(line.match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu)).toEqual(['\n']);
        const { command, properties, data } = parse(line);
        expect([command, [...properties.keys()]]).toEqual(['error', ['file', 'line', 'col', 'endColumn', 'title']]);
        expect(properties.get('file')).toBe(visible(`/${file}`));
        expect(data).toBe(`${visible(message)}\nhint: ${visible(hint)}`);
      }),
    );
  });
});

function visible(text: string): string {
  return printable(text).replace(/\p{Cs}/gu, (unit) => `\\u{${unit.charCodeAt(0).toString(16)}}`);
}

/** Reads a command as the runner does (actions/runner, src/Runner.Common/ActionCommand.cs, `TryParseV2`). */
function parse(line: string) {
  const end = line.indexOf('::', 2);
  const [command, ...rest] = line.slice(2, end).split(' ');
  const pairs = rest.join(' ').split(',');
  return {
    command,
    properties: new Map(
      pairs.map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name, unescaped(value.join('='), PROPERTY)];
      }),
    ),
    data: unescaped(line.slice(end + 2).replace(/\n$/, ''), DATA),
  };
}

const DATA = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
] as const;
const PROPERTY = [
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%3A', ':'],
  ['%2C', ','],
  ['%25', '%'],
] as const;

function unescaped(text: string, table: readonly (readonly [string, string])[]): string {
  return table.reduce((so, [escape, character]) => so.replaceAll(escape, character), text);
}
