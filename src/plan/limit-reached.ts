import { refusal, type Finding } from '../finding/finding.ts';
import type { LimitName } from '../policy/limits.ts';
import { WRITTEN } from './decide-limits.ts';
import { limitText, usedText } from './limit-text.ts';
import type { Because, Plan } from './plan.ts';

/** That a server was ended for what it used: how much, how much it may, and who says so. */
export function limitReached({ server, limits }: Plan, name: LimitName, used: number | undefined): Finding {
  const { value, because } = limits[name] ?? { value: 0, because: { reason: 'default' } };
  const most = limitText(name, value);
  const at = because.at && `, ${because.at.file}:${because.at.line}`;
  const what = WORDS[name]?.(used === undefined ? `more than ${most}` : usedText(name, used)) ?? `reached \`${name}\``;
  return refusal(
    'limit-reached',
    `server \`${server}\` ${what}, and was ended: \`limits.${name}\` is ${most} (${because.reason}${at ?? ''})`,
    hint(name, value, because),
  );
}

const WORDS: { readonly [Name in LimitName]?: (used: string) => string } = {
  memory: (used) => `used ${used} of memory`,
  start: (used) => `did not answer within ${used}`,
  runtime: (used) => `has run for ${used}`,
  idle: (used) => `had no message for ${used}`,
  cpu: (used) => `used ${used} of processor time`,
  fileSize: (used) => `wrote ${used} to one file`,
};

function hint(name: LimitName, value: number, { reason, at }: Because): string {
  if (!at) return `if it needs more, write \`limits: { ${name}: ${limitText(name, value * 2)} }\``;
  return reason === WRITTEN || at.file.endsWith('.mcp-secure-run.yaml')
    ? 'raise it there if it needs more'
    : 'ask who keeps the managed policy if it needs more';
}
