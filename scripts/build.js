// Builds dist/: run.cjs, one small file that loads nothing but Node's own modules, and cli.js with lazy chunks.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { minify } from 'terser';
import { buildHelper } from './build-helper.js';
import { withoutWords } from './without-words.js';

const { version, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  define: { MCP_SECURE_RUN_VERSION: JSON.stringify(version) },
  external: Object.keys(dependencies),
  metafile: true,
  logLevel: 'warning',
};

/** What the command line calls for `run` is that same small file. */
const runIsOneFile = {
  name: 'run-is-one-file',
  setup(build) {
    build.onResolve({ filter: /\/run\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './run.cjs', external: true } : undefined,
    );
  },
};

rmSync('dist', { recursive: true, force: true });
// As a module, for only there does the second pass see all names: what is exported, and that of an import nobody else has.
const run = await esbuild.build({
  ...common,
  entryPoints: ['src/run.ts'],
  outfile: 'dist/run.cjs',
  format: 'esm',
  minify: true,
  plugins: [withoutWords],
});
// Every start reads it: a second pass takes a twentieth more. No function of ours has a use for a prototype.
const small = await minify(readFileSync('dist/run.cjs', 'utf8'), {
  ecma: 2020,
  module: true,
  compress: { passes: 3, unsafe_arrows: true },
  format: { ascii_only: true }, // as esbuild does: V8 keeps other text twice as large
});
writeFileSync('dist/run.cjs', asCommon(small.code));
// What `run` loads a moment after every start: small, and by require(), for import() would take a megabyte more.
await esbuild.build({
  ...common,
  entryPoints: ['src/watch.ts'],
  outfile: 'dist/watch.cjs',
  format: 'cjs',
  minify: true,
});
// Asked for while a plan is made, which waits for nothing: so it is loaded as run.cjs is.
await esbuild.build({
  ...common,
  entryPoints: ['src/masks.ts'],
  outfile: 'dist/masks.cjs',
  format: 'cjs',
  minify: true,
  metafile: false,
});
const cold = await esbuild.build({
  ...common,
  entryPoints: {
    cli: 'src/cli.ts',
    'attack-launcher': 'src/attack-launcher.ts',
    'attack-explain': 'src/attack/attacks.ts',
    compile: 'src/compile.ts',
    regex: 'src/match/regex.ts',
    seatbelt: 'src/seatbelt.ts',
    'seccomp-filter': 'src/confine/seccomp/filter.ts',
    'seccomp-explain': 'src/confine/seccomp/explain.ts',
  },
  outdir: 'dist',
  format: 'esm',
  splitting: true,
  plugins: [runIsOneFile],
  chunkNames: 'chunks/[name]-[hash]',
});
// What only some policies need, and need before the server starts: to begin with modules at all takes some milliseconds.
const parts = await esbuild.build({
  ...common,
  entryPoints: {
    container: 'src/container.ts',
    egress: 'src/egress/join-network.ts',
    serving: 'src/egress/serve-hosts.ts',
    hosts: 'src/plan/hosts.ts',
    landlock: 'src/landlock.ts',
    'command-line': 'src/plan/by-command-line.ts',
    keyring: 'src/keyring-worker.ts',
    locked: 'src/locked.ts',
    masking: 'src/masking.ts',
    refusal: 'src/refusal.ts',
    replace: 'src/replace.ts',
    secrets: 'src/ask-secrets.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  minify: true,
});
// One file, which a sandbox shows to what runs in it.
await esbuild.build({
  ...common,
  entryPoints: ['src/attack-probe.ts'],
  outfile: 'dist/attack-probe.cjs',
  format: 'cjs',
});
// The filters for system calls are the same for every start: `run` hands over a file.
const { seccompFilter } = await import('../dist/seccomp-filter.js');
for (const architecture of ['x64', 'arm64']) {
  for (const [suffix, nestedNamespaces, landlock] of [
    ['', false, false],
    ['-nested', true, false],
    ['-landlock', false, true],
  ])
    writeFileSync(
      `dist/seccomp-${architecture}${suffix}.bpf`,
      seccompFilter(architecture, { nestedNamespaces, landlock }),
    );
}
buildHelper('dist');
writeFileSync('dist/inputs.json', JSON.stringify({ run: run.metafile, parts: parts.metafile, cold: cold.metafile }));

/** A module of Node's own imports and one export, `main`, as `require` and `vm.Script` take it. */
function asCommon(code) {
  const required = code.replaceAll(
    /import\{([^}]*)\}from("node:[\w/]+");/g,
    (_, names, from) => `const{${names.replaceAll(' as ', ':')}}=require(${from});`,
  );
  return `"use strict";${required.replace(/export\{(\w+) as main\};$/, 'module.exports={main:$1};')}\n`;
}
