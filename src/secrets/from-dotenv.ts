import { failed, type Read } from './asked.ts';
import { readSecretFile } from './read-secret-file.ts';

/** One variable of a `.env` file, as the `dotenv` package reads it: what is in it stands for itself, nothing is expanded. */
export async function fromDotenv(path: string, key: string, uid: number): Promise<Read> {
  const text = readSecretFile(path, uid);
  if (!text.ok) return text;
  const { parse } = await import('dotenv');
  const variables = parse(text.value);
  const value = Object.hasOwn(variables, key) ? variables[key] : undefined;
  return value === undefined
    ? failed('absent', `\`${key}\` is not in the file`, 'write it there, or correct its name after `#`')
    : { ok: true, value };
}
