import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fails, limited, passes, untested, type Probe } from '../../../src/finding/probe.ts';
import { doctorText } from '../../../src/render/doctor-text.ts';
import { probeJson } from '../../../src/render/probe-json.ts';

const same = (text: string): string => text;
const PLAIN = { error: same, warning: same, quiet: same, strong: same };
const text = (probes: readonly Probe[], width = 80): string => doctorText(probes, width, PLAIN);

const COMMAND = '`sudo apt-get update && sudo apt-get install --only-upgrade bubblewrap && bwrap --version`';

test('what is well stands first, what fails last with its fix below, and the last line sums up', () => {
  const probes = [
    fails('bubblewrap', 'there is no /usr/bin/bwrap', `${COMMAND}, as soon as it can`, 'sandbox-missing'),
    passes('kernel', '6.12'),
    limited('Node.js version', '20.20.2 gets no security fixes any more', 'install Node.js 24'),
    untested('platform', 'arm64: nobody tried us on this architecture, and so nobody knows how it goes there'),
  ];
  expect(text(probes)).toBe(`\
ok        kernel           6.12
untested  platform         arm64: nobody tried us on this architecture, and so
                           nobody knows how it goes there
limited   Node.js version  20.20.2 gets no security fixes any more
          fix: install Node.js 24
fails     bubblewrap       there is no /usr/bin/bwrap
          fix: ${COMMAND},
               as soon as it can

no server can be started here: mend what fails, from the top, and try again
`);
});

test.each<[title: string, probes: readonly Probe[], last: string]>([
  ['all is well', [passes('a', 'x')], 'servers can be started here'],
  ['one thing is weaker', [limited('a', 'x', 'y')], 'servers can be started here, and 1 thing could be better'],
  [
    'two things are weaker',
    [limited('a', 'x', 'y'), limited('b', 'x', 'z')],
    'servers can be started here, and 2 things could be better',
  ],
  [
    'one thing fails',
    [limited('a', 'x', 'y'), fails('b', 'x', 'z', 'sandbox-failed')],
    'no server can be started here: mend what fails, from the top, and try again',
  ],
])('the last line, where %s', (_title, probes, last) => {
  expect(text(probes).trimEnd().split('\n').at(-1)).toBe(last);
});

test('a fix that stands just above is not written out again', () => {
  const probes = ['a', 'b', 'c'].map((name) => fails(name, 'x', name === 'c' ? 'that' : 'this', 'sandbox-failed'));
  expect(text(probes).match(/fix: .*/g)).toEqual(['fix: this', 'fix: the same', 'fix: that']);
});

test('nothing that was found can move the cursor, in text or as JSON', () => {
  const probe = fails('sandbox', 'bwrap: \u001b[2J\u202e', 'type \u0007', 'sandbox-failed');
  expect(text([probe])).not.toMatch(/[^\P{C}\n]/u);
  expect(JSON.stringify(probeJson(probe))).toContain('\\\\u{1b}');
});

test('every member of a published probe is there', () => {
  expect(probeJson(passes('a', 'x'))).toEqual({ name: 'a', verdict: 'ok', found: 'x', fix: null, ident: null });
});

describe('for all probes', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  const found = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '));
  const probe = fc.record({ name: word, found }).map(({ name, found: what }) => passes(name, what));

  test('no line of words is longer than the width', () => {
    fc.assert(
      fc.property(fc.array(probe), fc.integer({ min: 60, max: 120 }), (probes, width) => {
        expect(
          text(probes, width)
            .split('\n')
            .filter((line) => line.length > width),
        ).toEqual([]);
      }),
    );
  });

  test('no word is lost, and no command is cut', () => {
    fc.assert(
      fc.property(found, fc.stringMatching(/^[ a-z`]{1,100}$/), (words, command) => {
        const whole = `${words} \`${command.replaceAll('`', '')}\` ${words}`;
        const shown = text([limited('a', words, whole)]);
        expect(shown).toContain(`\`${command.replaceAll('`', '')}\``);
        expect(shown.replace(/\s+/g, '')).toContain(whole.replace(/\s+/g, ''));
      }),
    );
  });
});
