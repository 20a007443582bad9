import type { GrantedProgram } from './decide-program.ts';
import type { Host } from './host.ts';

/** A program whose first argument is the program. */
export interface Interpreter {
  /** Files that it cannot run without, beside itself: its shared objects and its standard library, by its real path. */
  needs(real: string): readonly string[];
}

/** The interpreter that a file is, by the name that its real path ends in. */
export function interpreterAt(real: string): Interpreter | undefined {
  const name = real.slice(real.lastIndexOf('/') + 1);
  return INTERPRETERS.find(({ names }) => names.test(name));
}

/** What of the machine an interpreter takes beside what every server sees. */
export function interpreterFiles(real: string, host: Host): GrantedProgram['files'] {
  const library = (interpreterAt(real)?.needs(real) ?? []).filter((path) => host.file(path) !== undefined);
  return [
    { path: real, reason: 'the interpreter' },
    ...library.map((path) => ({ path, reason: 'what the interpreter loads' })),
  ];
}

const INTERPRETERS: readonly (Interpreter & { names: RegExp })[] = [
  { names: /^node(?:js)?(?:-?\d[\d.]*)?$/, needs: () => [] },
  { names: /^python(?:3(?:\.\d+t?)?)?$/, needs: pythonNeeds },
  { names: /^(?:sh|dash|bash|zsh|ksh|busybox)$/, needs: () => [] },
  { names: /^(?:perl|ruby)(?:\d[\d.]*)?$/, needs: () => [] },
];

/** PREFIX/bin/python3.11 → PREFIX/lib/python3.11 and its shared library; never PREFIX itself. */
function pythonNeeds(real: string): readonly string[] {
  const [, prefix, version] = /^(.*)\/bin\/python(3\.\d+t?)$/.exec(real) ?? [];
  if (prefix === undefined || version === undefined) return [];
  return [`${prefix}/lib/python${version}`, `${prefix}/lib/libpython${version}.so.1.0`, `${prefix}/lib/libpython3.so`];
}
