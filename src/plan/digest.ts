import type { Host } from './host.ts';
import type { Plan } from './plan.ts';

export interface DigestInputs {
  /** Of mcp-secure-run. */
  readonly version: string;
  /** Every policy that was read: its file and its text. */
  readonly texts: readonly (readonly [file: string, text: string])[];
  readonly sha256: (text: string) => string;
  /** With a key that stays on this machine. */
  readonly keyedSha256: (text: string) => string;
}

/**
 * One name for everything that a launch would enforce: the plan, the policy's text, our version, and the values taken
 * from the client by a keyed hash. Inodes are left out, which differ between two machines that enforce the same; and so is
 * why a thing is there, which `explain` tells and nothing enforces.
 */
export function digestOf(plan: Plan, host: Host, inputs: DigestInputs): string {
  const inherited = plan.env
    .filter((rule) => rule.from === 'client')
    .map(({ name }) => [name, inputs.keyedSha256(`${name}=${host.variable(name) ?? ''}`)]);
  const text = JSON.stringify({
    version: inputs.version,
    policies: inputs.texts.map(([, one]) => inputs.sha256(one)),
    plan: sorted(plan),
    inherited,
  });
  return `sha256:${inputs.sha256(text)}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !LEFT_OUT.has(key));
  return Object.fromEntries(
    entries.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]),
  );
}

const LEFT_OUT = new Set(['held', 'because', 'argvBecause']);
