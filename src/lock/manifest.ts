/** What a tree consists of, beside its directories: those are what the paths say. */
export type Item =
  | {
      readonly kind: 'file';
      /** Relative to the tree, with `/`. */
      readonly path: string;
      readonly size: number;
      /** 64 lower-case hexadecimal digits. */
      readonly sha256: string;
      readonly executable: boolean;
    }
  /** A symbolic link, to something in the tree. */
  | { readonly kind: 'link'; readonly path: string; readonly to: string };

/**
 * A manifest as text, one item a line: for a file `x` where it can be executed and else `-`, its SHA-256, its size and
 * its path; for a link `l`, its path and where it leads. A tab stands between them, and in none of them.
 *
 * Lines and not JSON: every start reads it, and there are thousands. The lines are sorted by path, so one tree has one
 * text, and its hash is the tree's name.
 */
export function manifestText(items: readonly Item[]): string {
  const sorted = items.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return `${HEAD}\n${sorted.map((item) => `${lineOf(item)}\n`).join('')}`;
}

const HEAD = 'mcp-secure-run manifest 1';

function lineOf(item: Item): string {
  return item.kind === 'file'
    ? `${item.executable ? 'x' : '-'}\t${item.sha256}\t${item.size}\t${item.path}`
    : `l\t${item.path}\t${item.to}`;
}

/**
 * The items of a manifest, or undefined for a text that {@link manifestText} does not make. Whoever reads one has
 * compared its hash before: this does not repeat what was checked when it was made.
 */
export function readManifest(text: string): Item[] | undefined {
  if (!text.startsWith(`${HEAD}\n`) || !text.endsWith('\n')) return undefined;
  const items: Item[] = [];
  let from = HEAD.length + 1;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const fields = text.slice(from, end).split('\t');
    from = end + 1;
    const [mark, first = '', second = '', path] = fields;
    if (mark === 'l' && fields.length === 3) items.push({ kind: 'link', path: first, to: second });
    else if ((mark === 'x' || mark === '-') && fields.length === 4 && path !== undefined)
      items.push({ kind: 'file', path, size: Number(second), sha256: first, executable: mark === 'x' });
    else return undefined;
  }
  return items;
}

/** The directories of a tree, the outermost first; the tree itself is none of them. */
export function directoriesOf(items: readonly Item[]): string[] {
  const all = new Set<string>();
  for (const { path } of items) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) all.add(path.slice(0, at));
  }
  return [...all].toSorted();
}

/** What is wrong with a path as one of a tree, as the rest of a sentence; undefined if nothing is. */
export function pathFault(path: string): string | undefined {
  if (/[\0-\x1f\x7f]/.test(path)) return 'has control characters in its name'; // eslint-disable-line no-control-regex
  if (path.includes('\u{FFFD}')) return 'has a name that is not UTF-8';
  return /(?:^|\/)\.{0,2}(?:\/|$)/.test(path) ? 'is no path below the tree' : undefined; // a part that is empty, `.` or `..`
}

/** Whether a link at `path` stays in the tree: it is relative, and goes up no further than the tree. */
export function staysInside(path: string, to: string): boolean {
  if (to.startsWith('/') || to === '') return false;
  let depth = path.split('/').length - 1;
  for (const part of to.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return true;
}
