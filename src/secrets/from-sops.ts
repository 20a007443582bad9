import { keeperOf } from '../plan/keeper-of.ts';
import { askTool } from './ask-tool.ts';
import { failed, type Read, type Surroundings } from './asked.ts';
import { isKept } from './find-tool.ts';
import type { ReferenceTo } from './tool.ts';
import { sops } from './tools/sops.ts';

/** A file that is encrypted may be read by anyone, but who may change it chooses the value. */
export async function fromSops(reference: ReferenceTo<'sops'>, around: Surroundings): Promise<Read> {
  const { path } = reference;
  if (around.host.real(path) === undefined) return failed('absent', 'there is no such file', 'correct the path');
  if (isKept(keeperOf(path, around.host))) return askTool(sops, reference, around);
  const hint = `see who may write it and the directories above: \`namei -l ${path}\``;
  return failed('unsafe-file', `${path} can be changed by other accounts`, hint);
}
