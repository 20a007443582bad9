import type { Finding } from '../finding/finding.ts';
import { limited, passes, type Probe } from '../finding/probe.ts';

/** Whether a server was confined by Landlock alone, without a namespace; `findings` are what stood against it. */
export function probeLandlock([fault]: readonly Finding[]): Probe {
  const name = 'Landlock alone';
  return fault
    ? limited(name, fault.message, fault.hint, fault.ident)
    : passes(name, 'takes no namespaces: `unsafe: [landlock-only]`, for servers without a network');
}
