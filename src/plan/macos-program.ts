import type { Host } from './host.ts';
import type { Program } from './plan.ts';

/**
 * What programs load on macOS beside themselves, by their real paths: the libraries of Homebrew, whose programs are
 * made of each other, and those of a Python, by where its makers put them. Never a prefix as such.
 */
export function macosLibraries({ real, interpreter }: Program, host: Host): readonly string[] {
  const runner = interpreter?.real ?? real;
  const homebrew = [real, runner].flatMap((path) => /^(\/opt\/homebrew|\/usr\/local)\/Cellar\//.exec(path)?.[1] ?? []);
  const python = /^(.*)\/bin\/python(3\.\d+t?)$/.exec(runner);
  const framework = pythonFramework(runner);
  const wanted = [
    ...homebrew.flatMap((prefix) => [`${prefix}/Cellar`, `${prefix}/opt`]),
    ...(python ? [`${python[1]}/lib/libpython${python[2]}.dylib`] : []),
    ...(framework === undefined ? [] : [`${framework}/Python`, `${framework}/Resources`]),
  ];
  return [...new Set(wanted)].filter((path) => host.file(path) !== undefined);
}

/** Python as a framework: what lies in `bin` starts the program proper, below `Resources`. */
export function pythonFramework(real: string): string | undefined {
  return /^(.*\/Python\.framework\/Versions\/[^/]+)\/bin\/python[^/]*$/.exec(real)?.[1];
}
