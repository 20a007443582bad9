import type { Decision } from '../finding/decision.ts';
import type { WorkPlace } from '../store/work-place.ts';
import type { Cleanup } from './cleanup.ts';

/** Does something in a work place that is gone when it is done, and when we are ended before. */
export async function inWorkPlace<Answer>(
  opened: Decision<WorkPlace>,
  cleanup: Cleanup,
  act: (work: WorkPlace) => Promise<Decision<Answer>>,
): Promise<Decision<Answer>> {
  if (!opened.allowed) return opened;
  cleanup.add(() => opened.granted.remove());
  try {
    return await act(opened.granted);
  } finally {
    opened.granted.remove();
  }
}
