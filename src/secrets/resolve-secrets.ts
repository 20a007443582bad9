import type { Reference } from '../policy/reference.ts';
import { askCommand, askTool } from './ask-tool.ts';
import { failed, type Answer, type Asked, type Fault, type Read, type Surroundings } from './asked.ts';
import { fromDotenv } from './from-dotenv.ts';
import { fromEnv } from './from-env.ts';
import { fromSops } from './from-sops.ts';
import { fromKeyring } from './keyring.ts';
import { readSecretFile } from './read-secret-file.ts';
import { valueOf } from './text-of.ts';
import { awsSm } from './tools/aws-sm.ts';
import { azKv } from './tools/az-kv.ts';
import { bw } from './tools/bw.ts';
import { gcpSm } from './tools/gcp-sm.ts';
import { op } from './tools/op.ts';
import { pass } from './tools/pass.ts';
import { vault } from './tools/vault.ts';
import { withoutValues } from './without-values.ts';

/**
 * Gets secrets from where they are kept: each reference is asked once, all at the same time. Values are in the answers
 * and nowhere else: in no file, in no argument, in no fault.
 */
export async function resolveSecrets(asked: readonly Asked[], around: Surroundings): Promise<readonly Answer[]> {
  const asking = new Map<string, Promise<Timed>>();
  const once = async (reference: Reference): Promise<Timed> => {
    const key = JSON.stringify(reference);
    const answer = asking.get(key) ?? timed(async () => read(reference, around));
    asking.set(key, answer);
    return answer;
  };
  const all = await Promise.all(asked.map(async (one) => ({ asked: one, ...(await once(one.reference)) })));
  const values = all.flatMap(({ got }) => (got.ok ? [got.value] : [got.seen ?? '']));
  return all.map(({ asked: one, got, milliseconds }) => {
    const judged = judge(got, one);
    return judged.ok
      ? { asked: one, milliseconds, ok: true, value: judged.value }
      : { asked: one, milliseconds, ok: false, fault: clean(judged.fault, values) };
  });
}

/**
 * Whether the variable is left out, and the server starts without it. Only where the store answered that it has no
 * such thing: one that is locked may well have it, and a server that started without it would be another each time.
 */
export function isLeftOut(answer: Answer): boolean {
  return !answer.ok && answer.asked.optional && answer.fault.kind === 'absent';
}

interface Timed {
  readonly got: Read;
  readonly milliseconds: number;
}

async function timed(ask: () => Promise<Read>): Promise<Timed> {
  const begun = performance.now();
  const got = await ask();
  return { got, milliseconds: Math.round(performance.now() - begun) };
}

async function read(reference: Reference, around: Surroundings): Promise<Read> {
  const { host } = around;
  switch (reference.provider) {
    case 'env':
      return fromEnv(reference.name, host);
    case 'file':
      return readSecretFile(reference.path, host.account.uid);
    case 'dotenv':
      return fromDotenv(reference.path, reference.key, host.account.uid);
    case 'keyring':
      return fromKeyring(reference, around);
    case 'op':
      return askTool(op, reference, around);
    case 'bw':
      return askTool(bw, reference, around);
    case 'pass':
      return askTool(pass, reference, around);
    case 'vault':
      return askTool(vault, reference, around);
    case 'sops':
      return fromSops(reference, around);
    case 'aws-sm':
      return askTool(awsSm, reference, around);
    case 'gcp-sm':
      return askTool(gcpSm, reference, around);
    case 'az-kv':
      return askTool(azKv, reference, around);
    case 'cmd':
      return askCommand(reference.argv, around);
  }
}

function judge(got: Read, { mayBeShort }: Asked): Read {
  const value = got.ok ? valueOf(got.value) : got;
  if (!value.ok || mayBeShort || Buffer.byteLength(value.value) >= LEAST_BYTES) return value;
  return failed(
    'short',
    `it is shorter than ${LEAST_BYTES} bytes, and could not be masked without masking other text`,
    'set a longer one, or write `unsafe: [short-secret]`',
  );
}

const LEAST_BYTES = 8;

function clean({ words, ...fault }: Fault, values: readonly string[]): Fault {
  const shown = withoutValues(words ?? '', values);
  return shown === '' ? fault : { ...fault, words: shown };
}
