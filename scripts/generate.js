// Writes what is made of our schemas: schema/*.json, of policies and of what `--json` prints, docs/policy.md,
// docs/system-calls.md and docs/attacks.md. With `--check` it writes nothing,
// and fails where a file is not what it would write. `npm run generate` builds first, for the built command is asked.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'oxfmt';
import { attacksPage } from './attacks-page.js';
import { policyPage } from './policy-page.js';
import { systemCallsPage } from './system-calls-page.js';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = fileURLToPath(new URL('..', import.meta.url));

const policy = schemaOf('policy');
const project = schemaOf('project');
const { compileLayer } = await import('../dist/compile.js');
const { explainRules } = await import('../dist/seccomp-explain.js');
const { explainAttacks } = await import('../dist/attack-explain.js');

const DOCUMENTS = ['explain', 'question', 'check', 'secrets', 'doctor', 'attack'];
const schemas = { policy, project, ...Object.fromEntries(DOCUMENTS.map((name) => [name, schemaOf(name)])) };

const files = {
  ...Object.fromEntries(await Promise.all(Object.entries(schemas).map(([name, text]) => schemaFile(name, text)))),
  'docs/system-calls.md': await formatted('docs/system-calls.md', systemCallsPage(explainRules())),
  'docs/attacks.md': await formatted('docs/attacks.md', attacksPage(explainAttacks())),
  'docs/policy.md': await policyPage(JSON.parse(policy), JSON.parse(project), compileLayer),
};

const stale = Object.entries(files).filter(([name, text]) => textOf(name) !== text);
for (const [name, text] of stale) {
  if (values.check) console.error(`${name} is not what the schema says: \`npm run generate\` writes it`);
  else write(name, text);
}
process.exitCode = values.check && stale.length > 0 ? 1 : 0;

async function schemaFile(name, text) {
  const path = `schema/${name}.schema.json`;
  return [path, await formatted(path, text)];
}

function schemaOf(...words) {
  return execFileSync(process.execPath, [`${root}/bin/mcp-secure-run.js`, 'schema', ...words], { encoding: 'utf8' });
}

/** As `npm run format` leaves it. */
async function formatted(name, text) {
  const { ignorePatterns: _ignored, ...options } = JSON.parse(readFileSync(`${root}/.oxfmtrc.json`, 'utf8'));
  const { code, errors } = await format(name, text, options);
  if (errors.length > 0) throw new Error(errors[0].message);
  return code;
}

function textOf(name) {
  try {
    return readFileSync(`${root}/${name}`, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

function write(name, text) {
  mkdirSync(dirname(`${root}/${name}`), { recursive: true });
  writeFileSync(`${root}/${name}`, text);
  console.log(`wrote ${name}`);
}
