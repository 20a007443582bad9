import type { Finding } from '../finding/finding.ts';
import type { Outcome, Task } from './attempt.ts';

/** What the launcher of the attacks is told: to start the attacking program without a sandbox, or as `run` does. */
export type Order =
  | {
      readonly how: 'outside';
      readonly argv: readonly [string, ...string[]];
      readonly account: { readonly uid?: number; readonly gid?: number };
      readonly task: Task;
      /** A descriptor to pass on, as a launcher does that closes none. */
      readonly descriptor: number;
    }
  | {
      readonly how: 'inside';
      readonly policy: string;
      /** Where our own directories are for these starts. */
      readonly directory: string;
      readonly filters: string;
      /** One after the other. */
      readonly starts: readonly { readonly server: string; readonly task: Task }[];
    };

/** What comes back, a line each. */
export type Said =
  | { readonly id: string; readonly outcome: Outcome }
  | { readonly stays: number }
  | { readonly server: string; readonly refused: readonly Finding[] }
  /** It was started, and ended before it had said all. */
  | { readonly server: string; readonly ended: string };
