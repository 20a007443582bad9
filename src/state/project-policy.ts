import { warning, type Finding } from '../finding/finding.ts';
import { isWithin, pathAndAncestors } from '../match/path.ts';
import type { Host } from '../plan/host.ts';
import { clientDirectory, repositoryOf } from '../plan/repository.ts';
import { nameFor } from './compiled-policy.ts';
import type { OwnPlace } from './layers.ts';
import { readOwnFile } from './read-own-file.ts';
import { writeOwnFile } from './write-own-file.ts';
import type { PolicyFile } from './policy-file.ts';

export const PROJECT_FILE = '.mcp-secure-run.yaml';

/** The project's file: the nearest one at or above the client's directory, not above its repository. */
export function findProjectPolicy(host: Host): string | undefined {
  const client = clientDirectory(host);
  if (client === undefined) return undefined;
  const root = repositoryOf(client, host) ?? client;
  return pathAndAncestors(client)
    .filter((directory) => isWithin(directory, root))
    .map((directory) => `${directory === '/' ? '' : directory}/${PROJECT_FILE}`)
    .findLast((path) => host.file(path) !== undefined);
}

/** Whether its very content was trusted, at this place. */
export function isTrusted({ file, text }: PolicyFile, own: OwnPlace): boolean {
  return readOwnFile(pathFor(file, own), own.uid)?.toString() === recordOf(file, text);
}

/** Trusts this content at this place, in place of what was trusted there before. Throws when it cannot be kept. */
export function trust({ file, text }: PolicyFile, own: OwnPlace): void {
  writeOwnFile(pathFor(file, own), recordOf(file, text));
}

function pathFor(file: string, { state }: OwnPlace): string {
  return `${state}/trusted/${nameFor(file)}.json`;
}

function recordOf(file: string, text: string): string {
  return JSON.stringify({ file, text });
}

export function untrusted(file: string): Finding {
  return warning(
    'project-untrusted',
    `${file} is ignored: its content is not trusted`,
    'read it, then `mcp-secure-run trust`',
  );
}
