import { expect, test } from 'vitest';
import { answerQuestion, type Question } from '../../../src/commands/answer-question.ts';
import { enginesFor } from '../../../src/commands/survey.ts';
import { allow } from '../../../src/finding/decision.ts';
import { parseLayer } from '../../../src/policy-text/parse-policy.ts';
import { granted } from '../../kit/decide.ts';
import { printedBy } from '../../kit/printed-by.ts';
import { statedHost } from '../../kit/stated-host.ts';

const server = (keys: string): string => `servers: { crm: { command: /opt/acme/bin/crm${keys} } }`;

/** A question put to a managed policy and the user's: yes or the idents of the no. Each is the keys of `crm`. */
function ask(managed: string, user: string, question: Question, ceiling = ''): string {
  const parsed = [
    granted(parseLayer('managed', [{ file: '/m.yaml', text: `version: 1\n${ceiling}\n${server(managed)}\n` }])),
    granted(parseLayer('user', [{ file: '/u.yaml', text: `version: 1\n${server(user)}\n` }])),
  ];
  const policy = { layers: parsed.map(({ layer }) => layer) };
  const host = statedHost({ variables: { LD_PRELOAD: 'x' } });
  const situation = { policy, host, movedHome: undefined, notices: [] };
  const surveyed = { situation: allow(situation), texts: new Map(), parsed, engines: enginesFor(parsed) };
  const request = { kind: 'server', id: 'crm', args: [] } as const;
  const { document } = printedBy((io) => answerQuestion(request, question, surveyed, situation, { json: true }, io));
  const { decision, findings } = document() as { decision: string; findings: { ident: string }[] };
  return decision === 'allow' ? 'yes' : findings.map(({ ident }) => ident).join(', ');
}

const HOST = { kind: 'host', asked: 'example.com' } as const;
const PATH = { kind: 'path', asked: '/srv' } as const;
const ENV = { kind: 'env', asked: 'LD_PRELOAD' } as const;
const OPEN = ', unsafe: [no-sandbox]';
const LOADER = ', pass: [LD_PRELOAD], unsafe: [loader-variables]';
const CEILING = 'ceiling: { command: [/opt], pass: ["*"]';

// What is given up is what every layer gives up and the ceiling lets go: an answer goes by that, as a start does.
test.each<[title: string, managed: string, user: string, question: Question, ceiling: string, is: string]>([
  ['the machine’s network, by both', ', unsafe: [host-network]', ', unsafe: [host-network]', HOST, '', 'yes'],
  ['the machine’s network, by the managed one', ', unsafe: [host-network]', '', HOST, '', 'host-not-granted'],
  ['the machine’s network, by the user’s', '', ', unsafe: [host-network]', HOST, '', 'host-not-granted'],
  ['all files, by both', OPEN, OPEN, PATH, '', 'yes'],
  ['all files, by the managed one', OPEN, '', PATH, '', 'path-not-granted'],
  ['all files, by both, and not by the ceiling', OPEN, OPEN, PATH, `${CEILING} }`, 'path-not-granted'],
  ['all files, by both and the ceiling', OPEN, OPEN, PATH, `${CEILING}, unsafe: [no-sandbox] }`, 'yes'],
  ['a loader’s variable, by both', LOADER, LOADER, ENV, '', 'yes'],
  [
    'a loader’s variable, by both, and not by the ceiling',
    LOADER,
    LOADER,
    ENV,
    `${CEILING} }`,
    'env-loader, env-loader',
  ],
])('%s', (_title, managed, user, question, ceiling, is) => {
  expect(ask(managed, user, question, ceiling)).toBe(is);
});
