import { readFileSync } from 'node:fs';

/** A file of the system as text; empty where there is none, or none that we may read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
