import { refusal, type Finding } from '../finding/finding.ts';
import { encode } from '../policy/compiled-form.ts';
import { keepCompiled } from '../state/keep-compiled.ts';
import { decodeKept, ROOTS_STATE } from '../state/compiled-policy.ts';
import type { Situation } from '../state/situation.ts';
import { VERSION } from '../version.ts';
import type { Survey } from './survey.ts';

/**
 * Whether `run` would read from what it keeps exactly what the texts say. What is not kept yet is kept now, so that root
 * can do it once for every account.
 */
export function checkKept({ parsed, texts }: Survey, { host }: Situation): Finding[] {
  const own = { state: host.directories.state, uid: host.account.uid };
  return parsed.flatMap(({ layer }) => {
    const key = {
      version: VERSION,
      kind: layer.kind,
      texts: layer.files.map((file) => ({ file, text: texts.get(file) ?? '' })),
    };
    const isRoots = layer.files.every((file) => host.file(file)?.uid === 0);
    const kept = decodeKept(key, isRoots, own);
    if (!kept) keepCompiled(key, isRoots, own, layer);
    if (!kept || encode(key, kept) === encode(key, layer)) return [];
    return [
      refusal(
        'compiled-differs',
        `what is kept of ${layer.files.join(', ')} says something else than the file, and \`run\` would go by it`,
        `find out who changed it, and remove it: \`${layer.kind === 'managed' ? `sudo rm -r ${ROOTS_STATE}` : `rm -r ${own.state}`}/compiled\``,
      ),
    ];
  });
}
