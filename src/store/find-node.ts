import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Place } from '../finding/finding.ts';
import { readText } from '../host/read-text.ts';
import { chooseNode, versionInHeader, versionInPath, type InstalledNode } from '../lock/choose-node.ts';
import { excludes } from '../lock/version-range.ts';
import type { Host } from '../plan/host.ts';
import { judgeInterpreter } from '../plan/judge-program-file.ts';
import { locateCommand } from '../plan/locate-command.ts';
import type { Layer } from '../policy/policy.ts';

/** A Node.js, whose version nobody may tell. */
export type FoundNode = Pick<InstalledNode, 'path'> & Partial<InstalledNode>;

/**
 * Which Node.js runs a package: one of the policy's `programPath`, else the one that runs us; and where the package says
 * that it does not run on that one, the newest that it runs on of those that version managers and the system have put
 * where they do. None is started to be asked: a version is what its path or the header beside it says.
 */
export function nodeFor(range: string | undefined, layer: Layer, host: Host, at: Place): FoundNode | undefined {
  if (layer.programPath) {
    const real = locateCommand('node', layer, host)?.real;
    return real === undefined ? undefined : withVersion(real);
  }
  const ours = { path: host.node, version: process.versions.node };
  if (range === undefined || !excludes(range, ours.version)) return ours;
  const installed = placesIn(host.account.home).flatMap((path) => nodeAt(path, host, at));
  return chooseNode(installed, range) ?? ours;
}

/** What version managers install into, and the system; no shims, which choose by what lies in the working directory. */
function placesIn(home: string): readonly string[] {
  const managed: readonly (readonly [directory: string, below: string])[] = [
    [`${home}/.nvm/versions/node`, 'bin/node'],
    [`${home}/.local/share/fnm/node-versions`, 'installation/bin/node'],
    [`${home}/.volta/tools/image/node`, 'bin/node'],
    [`${home}/.local/share/mise/installs/node`, 'bin/node'],
    [`${home}/.asdf/installs/nodejs`, 'bin/node'],
  ];
  return [
    ...managed.flatMap(([directory, below]) => versionsIn(directory).map((name) => `${directory}/${name}/${below}`)),
    ...['/opt/homebrew/bin/node', '/usr/local/bin/node', '/usr/bin/node'],
  ];
}

/** Directories alone: `latest` and the like are links. */
function versionsIn(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.flatMap((entry) =>
      entry.isDirectory() && /^v?\d+\.\d+\.\d+$/.test(entry.name) ? [entry.name] : [],
    );
  } catch {
    return []; // whoever does not use it has no such directory
  }
}

/** One that could be changed by others, or is a script, is passed over as if it were not there. */
function nodeAt(path: string, host: Host, at: Place): readonly InstalledNode[] {
  const real = host.real(path);
  if (real === undefined || judgeInterpreter(path, at, host).length > 0) return [];
  const { version } = withVersion(real);
  return version === undefined ? [] : [{ path: real, version }];
}

function withVersion(real: string): FoundNode {
  const header = `${dirname(dirname(real))}/include/node/node_version.h`;
  const version = versionInPath(real) ?? versionInHeader(readText(header));
  return { path: real, ...(version !== undefined && { version }) };
}
