/** Options of bubblewrap as it reads them: each with its values, `--ro-bind /usr /usr`. Text of a NUL-separated list. */
export function optionGroups(text: string): string[] {
  const groups: string[] = [];
  let open = 0;
  for (const word of text.split('\0').slice(0, -1)) {
    const last = groups.at(-1);
    if (open > 0 && last !== undefined) {
      groups[groups.length - 1] = `${last} ${word}`;
      open -= 1;
      continue;
    }
    const values = VALUES[word];
    if (values === undefined) throw new Error(`bubblewrap has no option ${word}`);
    groups.push(word);
    open = values;
  }
  if (open > 0) throw new Error(`${groups.at(-1)} lacks a value`);
  return groups;
}

/** How many values follow each option: bwrap(1). */
const VALUES: Record<string, number> = {
  '--die-with-parent': 0,
  '--new-session': 0,
  '--unshare-user': 0,
  '--unshare-pid': 0,
  '--unshare-ipc': 0,
  '--unshare-uts': 0,
  '--unshare-cgroup': 0,
  '--unshare-net': 0,
  '--disable-userns': 0,
  '--assert-userns-disabled': 0,
  '--clearenv': 0,
  '--cap-drop': 1,
  '--hostname': 1,
  '--uid': 1,
  '--gid': 1,
  '--chdir': 1,
  '--size': 1,
  '--perms': 1,
  '--tmpfs': 1,
  '--dir': 1,
  '--proc': 1,
  '--dev': 1,
  '--remount-ro': 1,
  '--seccomp': 1,
  '--setenv': 2,
  '--symlink': 2,
  '--bind': 2,
  '--ro-bind': 2,
  '--ro-bind-try': 2,
  '--bind-fd': 2,
  '--ro-bind-fd': 2,
  '--ro-bind-data': 2,
};
