import { parseCommand, parseReference, pathOf, withPath, type Reference } from '../policy/reference.ts';
import type { SecretRule } from '../policy/policy.ts';
import { keyPlaceOf, type Origin } from './placed-entry.ts';
import type { SecretInput } from './schema-secrets.ts';

/** Secrets by where they are kept. What goes into messages is postponed: `policy-text/postponed.ts`. */
export function toSecrets(secrets: Readonly<Record<string, SecretInput>> | undefined, origin: Origin): SecretRule[] {
  return Object.entries(secrets ?? {}).flatMap(([name, secret]) => {
    const whole = typeof secret === 'object' && 'from' in secret ? secret : { from: secret };
    const at = keyPlaceOf(origin, name);
    const from = toReference(whole.from, at.file);
    return from
      ? [{ name, from, as: whole.as === 'file' ? 'file' : 'env', optional: whole.optional === true, at }]
      : [];
  });
}

/** What is none has been refused by the schema. */
function toReference(written: Extract<SecretInput, string | { cmd: string[] }>, file: string): Reference | undefined {
  const parsed = typeof written === 'string' ? parseReference(written) : parseCommand(written.cmd);
  if (!parsed.ok) return undefined;
  const path = pathOf(parsed.reference);
  if (path === undefined || /^(?:\/|~\/)/.test(path)) return parsed.reference;
  return withPath(parsed.reference, `${file.slice(0, file.lastIndexOf('/'))}/${path.replace(/^\.\//, '')}`);
}
