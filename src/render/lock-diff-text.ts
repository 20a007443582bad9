import { printable } from '../finding/printable.ts';
import type { LockDiff } from '../lock/diff.ts';

/** What another version of a package brings, for a person: what could run more than before stands first. */
export function lockDiffText(name: string, diff: LockDiff): string {
  const age = diff.age === undefined ? 'of unknown age' : `${diff.age} ${diff.age === 1 ? 'day' : 'days'} old`;
  const lines = [
    `${name} ${diff.from} → ${diff.to}, ${age}`,
    ...diff.newScripts.map((one) => `  ! ${one} has an install script, which was not run`),
    ...diff.goneScripts.map((one) => `  - ${one} has no install script any more`),
    ...diff.newBins.map((one) => `  + program ${one}`),
    ...diff.goneBins.map((one) => `  - program ${one}`),
    ...(diff.license ? [`  ! license ${diff.license.from} → ${diff.license.to}`] : []),
    ...diff.added.map((one) => `  + ${one}`),
    ...diff.gone.map((one) => `  - ${one}`),
    ...diff.changed.map((one) => `    ${one}`),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}
