/**
 * A file as it is called from `root`: relative where it lies below (by component: `/srv` does not hold `/srv-evil`),
 * otherwise as it is. Both are normalised.
 */
export function fileFromRoot(file: string, root: string): string {
  const above = root.endsWith('/') ? root : `${root}/`;
  return file.startsWith(above) ? file.slice(above.length) : file;
}
