import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal } from '../finding/finding.ts';
import { printable } from '../finding/printable.ts';
import { readIndexAnswer, type ListedWheel } from '../lock/simple-index.ts';
import { minorOf } from '../plan/locate-python.ts';
import { pipFault } from './pip-fault.ts';
import { runAsker, type Pip } from './run-pip.ts';
import type { WorkPlace } from './work-place.ts';

/** Asks an index for the wheels of a package that can be taken here, with the day of each where it tells it. */
export async function askIndex(name: string, work: WorkPlace, pip: Pip): Promise<Decision<readonly ListedWheel[]>> {
  const { python, settings } = pip;
  const what = `pypi:${name}`;
  const run = await runAsker(name, work, pip);
  if (!run.allowed) return run;
  if (run.granted.code !== 0) return deny(pipFault(run.granted, '', what, python, settings));
  const answer = readIndexAnswer(run.granted.out, name, minorOf(python.tag));
  if (answer && 'wheels' in answer) return allow(answer.wheels);
  return deny(noJson(what, settings.index, answer ? printable(answer.speaks) : 'nothing that can be read'));
}

function noJson(what: string, index: string, speaks: string) {
  return refusal(
    'lock-failed',
    `${index} does not list \`${what}\` as JSON (PEP 691), which alone says when a version was published: it answers with ${speaks}`,
    'write the version that you want into the policy, then `mcp-secure-run lock`; or use an index that has it',
  );
}
