import type { Rule } from './rule.ts';
import { RULES } from './rules.ts';

/** A row for people: what does not work inside, why, and where that is known from. */
export interface ExplainedRule {
  readonly what: string;
  readonly reason: string;
  readonly source: string;
}

/** Everything that the filter refuses, and then what it cannot see. */
export function explainRules(): readonly ExplainedRule[] {
  return [...ALWAYS, ...RULES.map((rule) => explainRule(rule)), ...NOT_SEEN];
}

function explainRule({ calls, only, answer, liftedBy, addedBy, reason, source }: Rule): ExplainedRule {
  const names = calls.map((call) => `\`${call}\``).join(', ');
  const which = only ? ` ${only.words}` : '';
  const lifted = liftedBy ? ' (allowed by `own-sandbox`)' : '';
  const added = addedBy ? ' (with `landlock-only` alone)' : '';
  return { what: `${names}${which}: ${answer}${lifted}${added}`, reason, source };
}

const ALWAYS: readonly ExplainedRule[] = [
  {
    what: 'every call of another architecture, 32-bit calls on x86-64 and arm64 among them: the program is ended',
    reason: 'the same number is another call there, so that every rule could be passed',
    source: 'seccomp(2)',
  },
  {
    what: 'calls of x32, and every number that is newer than this list: ENOSYS',
    reason:
      'nobody has judged them; it is what a kernel says that does not have them, so that libraries go another way',
    source: 'seccomp(2), runc since 1.0 (opencontainers/runc#2750)',
  },
];

/** Limits of every filter: it sees numbers, and no memory that they point to. */
const NOT_SEEN: readonly ExplainedRule[] = [
  {
    what: 'not seen: which socket of the machine `connect` on AF_UNIX reaches',
    reason: 'the address lies in memory; that no socket is visible but a granted one is the work of the mounts',
    source: 'unix(7), seccomp(2)',
  },
  {
    what: 'not seen: paths, and what is read, written or executed',
    reason: 'they lie in memory; they are the work of the mounts',
    source: 'seccomp(2)',
  },
  {
    what: 'not seen: what a descriptor is that `ioctl`, `read` or `write` is called on',
    reason: 'the filter sees its number alone; that nothing is open but what was passed on is the launcher’s work',
    source: 'seccomp(2)',
  },
];
