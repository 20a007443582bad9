import { pathFault } from './manifest.ts';

/** A function that a program of a package consists of. */
export interface EntryPoint {
  readonly module: string;
  /** In the module; with dots, below one another. */
  readonly attribute: string;
}

/**
 * The programs of a wheel by its `entry_points.txt`: `console_scripts` and nothing else; or what in it is none, as the rest
 * of a sentence that begins with the package. What cannot be read could be read by Python, so it is not passed over.
 */
export function readEntryPoints(
  text: string,
): { readonly points: Readonly<Record<string, EntryPoint>> } | { readonly fault: string } {
  const points = new Map<string, EntryPoint>();
  let isScripts = false;
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue;
    if (line.startsWith('[')) isScripts = line === '[console_scripts]';
    else if (isScripts) {
      const [, name, module, attribute] = LINE.exec(line) ?? [];
      if (name === undefined || module === undefined || attribute === undefined || pathFault(name) !== undefined)
        return { fault: `names a program by \`${line.slice(0, 100)}\`, which is no \`name = module:function\`` };
      if (points.has(name)) return { fault: `names two programs \`${name}\`` };
      points.set(name, { module, attribute });
    }
  }
  return { points: Object.fromEntries(points) };
}

const DOTTED = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*`;
/** With the extras behind it that older packages name, which are of no use to who starts it. */
const LINE = new RegExp(String.raw`^([A-Za-z\d][\w.-]*)\s*=\s*(${DOTTED})\s*:\s*(${DOTTED})\s*(?:\[[\w\s,.-]*\])?$`);

/** Where a tree has its programs, which we make, and its packages. */
export const PROGRAMS = 'bin';
export const PACKAGES = 'site';

/**
 * A program as a file of the tree. It is started without `site`, so nothing is found but the standard library and the
 * packages of this tree behind it; what `site` gives beside that, programs may count on: `exit`, `quit`, `help`.
 */
export function entryText({ module, attribute }: EntryPoint): string {
  return `# Made by mcp-secure-run, for Python with -I -S -B: starts ${module}:${attribute}.
import site
import sys
from functools import reduce
from importlib import import_module

sys.path.append(__file__.rpartition("/${PROGRAMS}/")[0] + "/${PACKAGES}")
site.setquit()
site.setcopyright()
site.sethelper()

if __name__ == "__main__":
    sys.exit(reduce(getattr, "${attribute}".split("."), import_module("${module}"))())
`;
}
