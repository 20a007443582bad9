import { EXIT, type ExitCode } from '../finding/exit-code.ts';
import { completionScript, type Shell, type Verb } from '../render/completion-script.ts';
import type { Io } from './io.ts';
import { survey } from './survey.ts';

/** `completion SHELL`: a script for that shell; `completion servers`: the ids that it offers. */
export default async function completion(
  of: Shell | 'servers',
  policy: string | undefined,
  verbs: readonly Verb[],
  io: Io,
): Promise<ExitCode> {
  if (of !== 'servers') {
    io.out(completionScript(of, verbs));
    return EXIT.ok;
  }
  const { situation } = await survey(policy);
  if (!situation.allowed) return EXIT.ok; // a word that cannot be completed is no place for a lecture
  const ids = situation.granted.policy.layers.flatMap(({ servers }) => servers.map(({ id }) => id));
  io.out([...new Set(ids)].map((id) => `${id}\n`).join(''));
  return EXIT.ok;
}
