import type { Finding, Place } from '../finding/finding.ts';

/** What kept a server from being started. What it means on this machine, and what to do, is for `tellFault`. */
export type LaunchFault =
  | { readonly kind: 'no-bubblewrap' }
  | { readonly kind: 'untrusted-bubblewrap'; readonly uid: number; readonly mode: number }
  /** bubblewrap ended; its last words. */
  | { readonly kind: 'not-built'; readonly words: string }
  /** The native helper ended; its last words. */
  | { readonly kind: 'no-landlock'; readonly words: string }
  | { readonly kind: 'silent'; readonly seconds: number }
  | { readonly kind: 'not-started'; readonly file: string; readonly uid: number | undefined; readonly error: unknown }
  /** A file that was looked at is another one now. */
  | { readonly kind: 'changed'; readonly path: string }
  /** A package is not what is locked. */
  | { readonly kind: 'package'; readonly finding: Finding }
  | { readonly kind: 'no-state'; readonly path: string; readonly code: string | undefined }
  | { readonly kind: 'no-filter'; readonly path: string }
  | { readonly kind: 'no-helper'; readonly what: string; readonly at: Place | undefined }
  /** The way to the hosts of `network` could not be opened. */
  | { readonly kind: 'no-network'; readonly words: string };
