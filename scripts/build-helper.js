// Compiles native/helper.c and its parts where a C compiler is found. Without it everything works but what says that it needs it.
import { spawnSync } from 'node:child_process';

/** By Node's names: what a compiler for this processor is called, a native one first. */
const COMPILERS = { x64: ['x86_64-linux-gnu-gcc'], arm64: ['aarch64-linux-gnu-gcc'] };

// No C library and no start files: the program is what stands in the file, some 20 KB.
const FLAGS = [
  ...['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector'],
  ...['-fno-asynchronous-unwind-tables', '-fno-pie', '-no-pie', '-Wl,--build-id=none', '-s'],
  '-ffp-contract=off', // numbers are compared bit for bit with those that JavaScript makes
];

export function buildHelper(directory) {
  if (process.platform !== 'linux') return;
  for (const [architecture, crossCompilers] of Object.entries(COMPILERS)) {
    const isOwn = architecture === process.arch;
    const compilers = [...(isOwn ? ['cc', 'gcc', 'clang'] : []), ...crossCompilers];
    const faults = [];
    const isBuilt = compilers.some((compiler) => {
      const fault = compile(compiler, `${directory}/helper-${architecture}`);
      if (fault) faults.push(fault);
      return !fault;
    });
    if (isOwn && !isBuilt) console.warn(`no native helper: ${faults.join('; ')}`);
  }
}

function compile(compiler, output) {
  const { error, status, stderr } = spawnSync(compiler, [...FLAGS, '-o', output, 'native/helper.c'], {
    encoding: 'utf8',
  });
  if (error) return `${compiler} is not there`;
  return status === 0 ? undefined : `${compiler} failed:\n${stderr}`;
}
