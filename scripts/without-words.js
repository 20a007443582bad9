// An esbuild plugin: of the rooms that decide, findings keep their ident and lose place and words. What is refused
// is decided once more with its words, by `src/refusal.ts`; see docs/decisions/009-words-are-loaded-when-something-is-refused.md.
import { readFileSync } from 'node:fs';
import { parse } from 'acorn';
import * as esbuild from 'esbuild';

/** Whose findings can be made again. Those of the effects, where something happened, cannot. */
const DECIDES = /\/src\/(?:(?:match|policy|plan|state)\/[\w-]+|run-arguments)\.ts$/;

export const withoutWords = {
  name: 'without-words',
  setup(build) {
    build.onLoad({ filter: DECIDES }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, 'utf8'), { loader: 'ts', target: 'node20.19' });
      return { contents: strip(code), loader: 'js' };
    });
  },
};

/** `refusal(ident, message, hint, place)` → `refusal(ident)`. All of these are made of values, and of nothing that has effects. */
function strip(code) {
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  const told = callsOf(tree, 'refusal').map(({ arguments: [ident, ...words] }) => ({
    start: ident.end,
    end: words.at(-1).end,
    text: '',
  }));
  const words = Object.entries(WORDS).flatMap(([name, [from, to]]) =>
    callsOf(tree, name).flatMap(({ arguments: given }) => given.slice(from, to)),
  );
  const cuts = [
    ...told,
    ...[...words, ...reasonsOf(tree), ...whysOf(tree)].map(({ start, end }) => ({ start, end, text: "''" })),
  ];
  const outermost = cuts.filter(
    (cut) => !cuts.some((other) => other !== cut && other.start <= cut.start && cut.end <= other.end),
  );
  return outermost
    .toSorted((one, other) => other.start - one.start)
    .reduce((all, { start, end, text }) => `${all.slice(0, start)}${text}${all.slice(end)}`, code);
}

/** Whose arguments are words besides, and which. A warning is told by who starts the server all the same. */
const WORDS = { usage: [0, 2], ours: [2, 3] };

/** Why a part of a plan is there is for `explain`; no digest covers it. */
function reasonsOf(node) {
  return nodesOf(node)
    .filter(({ type, key, shorthand }) => type === 'Property' && key.name === 'reason' && !shorthand)
    .map(({ value }) => value);
}

/** What `whyNot` and its like return, where it is a sentence: whether there is one is what is decided by. */
function whysOf(tree) {
  return nodesOf(tree)
    .filter(({ type, id }) => type === 'FunctionDeclaration' && /^whyNo[A-Zt]/.test(id.name))
    .flatMap(({ body }) => nodesOf(body).filter(({ type }) => type === 'ReturnStatement'))
    .flatMap(({ argument }) => sentencesOf(argument));
}

function sentencesOf(node) {
  if (node?.type === 'ConditionalExpression') return [node.consequent, node.alternate].flatMap(sentencesOf);
  return node?.type === 'TemplateLiteral' || typeof node?.value === 'string' ? [node] : [];
}

function callsOf(tree, name) {
  return nodesOf(tree).filter(({ type, callee }) => type === 'CallExpression' && callee.name === name);
}

/** A node and all below it. */
function nodesOf(node) {
  if (Array.isArray(node)) return node.flatMap(nodesOf);
  if (typeof node?.type !== 'string') return [];
  return [node, ...Object.values(node).flatMap((inner) => (typeof inner === 'object' ? nodesOf(inner) : []))];
}
