import { refusal, type Finding } from '../finding/finding.ts';
import type { Ident } from '../finding/ident.ts';
import type { Answer, Asked, Fault, FaultKind } from './asked.ts';
import { isLeftOut } from './resolve-secrets.ts';

/** What there is to tell of answers: a finding for each secret that there is no value of, and that the server needs. */
export function findingsOf(answers: readonly Answer[]): readonly Finding[] {
  return answers.flatMap((answer) =>
    answer.ok || isLeftOut(answer) ? [] : [findingOfFault(answer.asked, answer.fault)],
  );
}

function findingOfFault({ variable, written, optional, at }: Asked, fault: Fault): Finding {
  const { kind, message, words } = fault;
  const hint =
    kind === 'absent' && !optional ? `${fault.hint}; \`optional: true\` if the server can do without` : fault.hint;
  const why = words === undefined ? message : `${message}: ${words}`;
  return refusal(identOf(kind), `\`${variable}\` cannot be had from \`${written}\`: ${why}`, hint, at);
}

export function identOf(kind: FaultKind): Ident {
  return IDENT_OF[kind];
}

const IDENT_OF: Readonly<Record<FaultKind, Ident>> = {
  absent: 'secret-unresolved',
  locked: 'secret-unresolved',
  missing: 'secret-unresolved',
  refused: 'secret-unresolved',
  timeout: 'secret-unresolved',
  unsafe: 'secret-unresolved',
  'unsafe-file': 'secret-file-unsafe',
  unusable: 'secret-value',
  short: 'secret-too-short',
};
