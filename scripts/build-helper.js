// Compiles native/helper.c and its parts where a C compiler is found. Without it everything works but what says that it needs it.
import { spawnSync } from 'node:child_process';

/** By Node's names: what a compiler for this processor is called, beside a native one, and what it must be told. */
const PROCESSORS = {
  x64: { crossCompiler: 'x86_64-linux-gnu-gcc', flags: [] },
  arm64: { crossCompiler: 'aarch64-linux-gnu-gcc', flags: ['-mno-outline-atomics'] }, // those are of a library
};

// No C library and no start files: the program is what stands in the file, some 20 KB.
const FLAGS = [
  ...['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector'],
  ...['-fno-asynchronous-unwind-tables', '-fno-pie', '-no-pie', '-Wl,--build-id=none', '-s'],
  '-ffp-contract=off', // numbers are compared bit for bit with those that JavaScript makes
];

export function buildHelper(directory) {
  if (process.platform !== 'linux') return;
  for (const [architecture, { crossCompiler, flags }] of Object.entries(PROCESSORS)) {
    const isOwn = architecture === process.arch;
    const compilers = [...(isOwn ? ['cc', 'gcc', 'clang'] : []), crossCompiler];
    const faults = [];
    const isBuilt = compilers.some((compiler) => {
      const fault = compile(compiler, flags, `${directory}/helper-${architecture}`);
      if (fault) faults.push(fault);
      return !fault;
    });
    const isFault = isOwn || faults.some((fault) => !fault.endsWith(MISSING));
    if (isFault && !isBuilt) console.warn(`no native helper for ${architecture}: ${faults.join('; ')}`);
  }
}

function compile(compiler, flags, output) {
  const { error, status, stderr } = spawnSync(compiler, [...FLAGS, ...flags, '-o', output, 'native/helper.c'], {
    encoding: 'utf8',
  });
  if (error) return `${compiler}${MISSING}`;
  return status === 0 ? undefined : `${compiler} failed:\n${stderr}`;
}

const MISSING = ' is not there';
