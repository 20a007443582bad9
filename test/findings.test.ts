import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT_OF } from '../src/finding/ident.ts';
import type { PublishedFinding } from '../src/render/finding-json.ts';
import { compileLayer } from '../src/policy-text/compile.ts';
import { isRoot } from './kit/account.ts';
import { REPOSITORY } from './kit/command.ts';
import { FIXTURES, Scene } from './kit/scene.ts';

const PAGES = `${REPOSITORY}/docs/findings`;
const CODES = Object.entries(EXIT_OF);
const IDENTS = Object.keys(EXIT_OF);

/** What to type is something else on each distribution, or with each version of Python. */
const FIX_DIFFERS = new Set([
  'sandbox-missing',
  'sandbox-old',
  'sandbox-unavailable',
  'interpreter-venv',
  'engine-mismatch',
]);

describe('every finding has a page', () => {
  test.each(CODES)('%s', (ident, code) => {
    const page = pageOf(ident);
    expect(page.startsWith(`# ${ident}\n\n`)).toBe(true);
    expect(sentenceOf(ident)).toMatch(/^(?:[A-Z]|bubblewrap\b|mcp-secure-run\b).*\.$/);
    expect(page.match(/^## .*$/gm)).toEqual(['## what', '## why', '## fix']);
    expect(shownOn(ident)).toContain(ident);
    expect(/^Exit code (\d+)\b/m.exec(page)?.[1]).toBe(String(code));
    expect(page.split('\n').length).toBeLessThan(45);
  });

  test('and no page lacks a finding', () => {
    expect(readdirSync(PAGES).toSorted()).toEqual([...IDENTS.map((ident) => `${ident}.md`), 'README.md'].toSorted());
  });

  test('and a line of the index, in the order of the source', () => {
    const lines = CODES.map(([ident, code]) => `| [${ident}](${ident}.md) | ${code} | ${sentenceOf(ident)} |`);
    const index = readFileSync(`${PAGES}/README.md`, 'utf8');
    expect(index.split('\n').filter((line) => line.startsWith('| ['))).toEqual(lines);
  });
});

describe('what a page says to write is a policy', () => {
  const fragments = IDENTS.flatMap((ident) =>
    [...pageOf(ident).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => [ident, text] as const),
  );

  test.each(fragments)('%s', async (_ident, text) => {
    const kind = text.startsWith('# /etc/mcp-secure-run/') ? 'managed' : 'user';
    const whole = /^version: 1$/m.test(text) ? text : `version: 1\n${text}`;
    const layer = await compileLayer(kind, [{ file: '/home/ann/policy.yaml', text: whole }]);
    expect(layer.allowed || layer.findings).toBe(true);
  });
});

describe('every finding is made by its fixture, and printed as its page shows it', () => {
  test('and no fixture lacks a finding', () => {
    const fixtures = readdirSync(FIXTURES)
      .filter((name) => !['README.md', 'machine.sh'].includes(name))
      .map((name) => name.replace(/(?:\.managed(?:\.d)?)?\.(?:yaml|json)$/, ''));
    expect([...new Set(fixtures)].toSorted()).toEqual(IDENTS.toSorted());
  });

  test.concurrent.for(CODES)('%s', async ([ident, code], context) => {
    const scene = new Scene(ident);
    context.skip(scene.takesRoot && !isRoot, 'takes root');
    const [verb = '', ...rest] = scene.words;
    const play = await scene.build(context.onTestFinished);
    const isJson = ['explain', 'check'].includes(verb);
    const { stdout, stderr, exitCode } = await play(verb, ...(isJson ? ['--json'] : []), ...rest);
    expect(exitCode).toBe(scene.exit ?? code);
    const shown = shownOn(ident);
    // A line of carets is as long as the path above it, which is another in each home.
    const lines = (text: string): string => withoutFix(ident, text).replaceAll(/\^+/g, '^');
    if (!isJson) return expect(lines(`${stderr}\n${stdout}\n`)).toContain(lines(shown));

    const { findings }: { findings: readonly PublishedFinding[] } = JSON.parse(stdout);
    expect(findings.map((finding) => finding.ident)).toContain(ident);
    const { severity, message, hint, place, page } = findings.find((finding) => finding.ident === ident) ?? {};
    expect(page).toBe(`docs/findings/${ident}.md`);
    expect(shown).toContain(`${severity}[${ident}]: ${message}\n`);
    if (place) expect(shown).toContain(` --> ${place.file}:${place.line}:`);
    if (!FIX_DIFFERS.has(ident)) expect(shown).toContain(` = hint: ${hint}`);
  });
});

/** Empty where there is none: then that page's own test says so. */
function pageOf(ident: string): string {
  const file = `${PAGES}/${ident}.md`;
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function sentenceOf(ident: string): string {
  return pageOf(ident).split('\n')[2] ?? '';
}

/** What the page shows of the command's words. */
function shownOn(ident: string): string {
  return /^```\n([\s\S]*?)^```$/m.exec(pageOf(ident))?.[1] ?? 'nothing';
}

function withoutFix(ident: string, text: string): string {
  return FIX_DIFFERS.has(ident) ? text.replaceAll(/^.*hint: .*\n/gm, '') : text;
}
