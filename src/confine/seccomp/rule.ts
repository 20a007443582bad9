import type { SystemCall } from './syscalls.ts';

/** System calls that a server does not get, and why. */
export interface Rule {
  readonly calls: readonly SystemCall[];
  /** The calls that are meant, where not all are: those that pass every test. */
  readonly only?: { readonly words: string; readonly tests: readonly Test[] };
  /** What the call answers. `ENOSYS` where libraries then take another call, which can be looked at. */
  readonly answer: keyof typeof ERRORS;
  /** Not enforced on a server that may make namespaces (`unsafe: [own-sandbox]`). */
  readonly liftedBy?: 'nestedNamespaces';
  /** Enforced only on a server that has no namespaces (`unsafe: [landlock-only]`). */
  readonly addedBy?: 'landlock';
  readonly reason: string;
  readonly source: string;
}

/**
 * Whether an argument is one of some values, or none of them. Only the low half of an argument is looked at, for of
 * these arguments the kernel looks at no more: who compares all 64 bits is passed by whoever sets a high one
 * (CVE-2019-10063).
 */
export interface Test {
  readonly argument: 0 | 1 | 2 | 3 | 4 | 5;
  /** The bits that are compared; all 32 unless said. */
  readonly mask?: number;
  readonly is: 'one of' | 'none of';
  readonly values: readonly number[];
}

/** asm-generic/errno-base.h, asm-generic/errno.h: the same on every architecture that is known here. */
export const ERRORS = {
  EPERM: 1,
  ENOSYS: 38,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EAFNOSUPPORT: 97,
} as const;
