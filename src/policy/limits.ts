import type { Placed } from './policy.ts';

/** Limits that the kernel, a mount or a look at the sandbox's processes holds: without a sandbox there is nothing to hold. */
export const SANDBOX_LIMITS = ['memory', 'processes', 'openFiles', 'fileSize', 'cpu', 'tmp'] as const;
/** Limits that the launcher holds, by its clock. */
const CLOCK_LIMITS = ['start', 'runtime', 'idle', 'shutdown'] as const;
export const LIMIT_NAMES = [...SANDBOX_LIMITS, ...CLOCK_LIMITS] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

/** What a part of a policy writes: bytes, counts, milliseconds, each with its place. */
export type Limits = { readonly [Name in LimitName]?: Placed<number> };
