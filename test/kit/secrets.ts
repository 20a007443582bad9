import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { createHost, ownAccount } from '../../src/host/host.ts';
import { parseReference, referenceText, type Reference } from '../../src/policy/reference.ts';
import type { Answer, Asked, Surroundings } from '../../src/secrets/asked.ts';
import { resolveSecrets } from '../../src/secrets/resolve-secrets.ts';
import { REPOSITORY } from './command.ts';

/** A home for the test alone, as a person has one. */
export class SecretHome {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'msr-test-')));

  /** It is gone after the file's tests, or after one, by its `onTestFinished`. */
  constructor(whenDone: (remove: () => void) => void = afterAll) {
    whenDone(() => rmSync(this.path, { recursive: true, force: true }));
  }

  write(name: string, content: string | Buffer, mode = 0o600): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { force: true }); // one that may not be written is made anew
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  /** A program; in `bin/` it is found. */
  program(name: string, script: string): string {
    return this.write(name, `#!/bin/sh\n${script}\n`, 0o700);
  }

  /** This machine, where the account has this home, and the client these variables. */
  around(env: Readonly<Record<string, string>> = {}, more: Partial<Surroundings> = {}): Surroundings {
    const account = ownAccount();
    if (!account) throw new Error('the tests run under an account');
    const directories = { config: this.path, state: this.path, data: this.path };
    const host = createHost({ ...account, home: this.path }, directories, { ...env });
    return { host, programPath: [join(this.path, 'bin'), '/usr/bin', '/bin'], built: `${REPOSITORY}/dist`, ...more };
  }
}

export function ask(reference: string | Reference, more: Partial<Asked> = {}): Asked {
  if (typeof reference !== 'string')
    return { variable: 'TOKEN', reference, written: referenceText(reference), optional: false, ...more };
  const parsed = parseReference(reference);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { variable: 'TOKEN', reference: parsed.reference, written: reference, optional: false, ...more };
}

/** An answer in one line: its value, or the kind of its fault and what is said. */
export function outcome(answer: Answer | undefined): string {
  if (!answer) return 'no answer';
  if (answer.ok) return `got ${answer.value}`;
  const { kind, message, words } = answer.fault;
  return `${kind}: ${message}${words === undefined ? '' : `: ${words}`}`;
}

export async function resolveOne(asked: string | Reference, around: Surroundings): Promise<string> {
  return outcome((await resolveSecrets([ask(asked)], around))[0]);
}
