import type { Because } from './plan.ts';

/** A yes to a question that was put to the policy: what is granted, and every line that says so. */
export interface Answer {
  readonly what: string;
  readonly because: readonly Because[];
}
