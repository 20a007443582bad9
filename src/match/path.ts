/** Whether `path` is `root` or lies below it, by component: `/srv` does not admit `/srv-evil`. Both absolute and normal. */
export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root === '/' ? '/' : `${root}/`);
}

/** Whether one of two paths is the other or lies below it. */
export function overlaps(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** Absolute, without `.`, `..`, doubled or trailing slashes: what a policy must write, so that nobody reads it twice. */
export function isNormal(path: string): boolean {
  return path === '/' || /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/.test(path);
}

/** `/a/b` → `['/', '/a', '/a/b']`. */
export function pathAndAncestors(path: string): readonly string[] {
  const steps = ['/'];
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1))
    steps.push(path.slice(0, slash));
  if (path !== '/') steps.push(path);
  return steps;
}
