// A process of its own: see secrets/keyring.ts. What is asked comes by stdin, a value goes by stdout.
import { readFileSync } from 'node:fs';
import { Entry } from '@napi-rs/keyring';

interface Question {
  readonly verb: 'get' | 'set' | 'remove';
  readonly service: string;
  readonly account: string;
  readonly value?: string;
}

/** As secrets/keyring.ts knows it. Before what answers: that runs at once. */
const ABSENT = 3;

try {
  process.exitCode = answer(JSON.parse(readFileSync(0, 'utf8')));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : 'unknown');
  process.exitCode = 1;
}

function answer({ verb, service, account, value = '' }: Question): number {
  // Pinned: by itself it falls back to the kernel’s keyring, which forgets, and says nothing of it.
  const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
  if (verb === 'set') entry.setPassword(value);
  if (verb === 'remove') return entry.deletePassword() ? 0 : ABSENT;
  if (verb !== 'get') return 0;
  const found = entry.getPassword();
  if (found === null) return ABSENT;
  process.stdout.write(found);
  return 0;
}
