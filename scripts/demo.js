// The main job, shown: a real npm server in the sandbox, spoken to by the official client, and what it cannot reach.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { FOR_SERVERS, installMissing } from './install-missing.js';

const REPOSITORY = realpathSync(fileURLToPath(new URL('..', import.meta.url)));
const COMMAND = `${REPOSITORY}/bin/mcp-secure-run.js`;
const MODULES = `${REPOSITORY}/node_modules`;
const ENTRY = `${MODULES}/@modelcontextprotocol/server-everything/dist/index.js`;

installMissing(FOR_SERVERS);
execFileSync(process.execPath, ['scripts/build.js'], { cwd: REPOSITORY, stdio: 'inherit' });

const home = realpathSync(mkdtempSync(`${tmpdir()}/mcp-secure-run-demo-`));
const canary = `${userInfo().homedir}/mcp-secure-run-canary-${process.pid}.txt`;
try {
  writeFileSync(canary, 'a key that no server should see\n', { flag: 'wx', mode: 0o644 });
  mkdirSync(`${home}/config`, { mode: 0o700 });
  writeFileSync(`${home}/config/policy.yaml`, policy(), { mode: 0o600 });
  await show();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true });
  rmSync(canary, { force: true });
}

function policy() {
  const sha256 = createHash('sha256').update(readFileSync(ENTRY)).digest('hex');
  const every = { command: 'node', args: [ENTRY, 'stdio'], sha256, files: { read: [MODULES] } };
  const cat = { command: '/bin/cat', args: [canary] };
  return `version: 1\nservers:\n  every: ${JSON.stringify(every)}\n  cat: ${JSON.stringify(cat)}\n`;
}

async function show() {
  const client = new Client({ name: 'demo', version: '1' });
  const env = { PATH: process.env.PATH, MCP_SECURE_RUN_HOME: home };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [COMMAND, 'run', 'every'], env, stderr: 'ignore' }),
  );
  say('handshake', `${client.getServerVersion()?.name} ${client.getServerVersion()?.version}, through the sandbox`);

  const { tools } = await client.listTools();
  say(
    'tool list',
    `${tools.length} tools: ${tools
      .slice(0, 4)
      .map(({ name }) => name)
      .join(', ')}, …`,
  );

  const call = await client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  expect(JSON.stringify(call).includes('hello'), 'the call came back without what was sent');
  say('call', `echo answers "${call.content[0].text}"`);

  const variables = JSON.parse((await client.callTool({ name: 'get-env', arguments: {} })).content[0].text);
  say(
    'environment',
    `${Object.keys(variables).length} variables of ${Object.keys(process.env).length}: ${Object.keys(variables).toSorted().join(' ')}`,
  );
  await client.close();

  const outside = spawnSync('/bin/cat', [canary], { encoding: 'utf8' });
  expect(outside.status === 0, 'the canary cannot be read outside, so the next line would prove nothing');
  say('outside', `cat ${canary}: ${outside.stdout.trim()}`);
  const inside = spawnSync(process.execPath, [COMMAND, 'run', 'cat'], { env, encoding: 'utf8', input: '' });
  expect(
    inside.status === 1 && inside.stdout === '' && /No such file/.test(inside.stderr),
    `the canary was not hidden: ${inside.stderr}`,
  );
  say('inside', `${inside.stderr.split('\n').find((line) => line.includes('No such file'))} (ENOENT)`);
}

function say(what, text) {
  console.log(`${what.padEnd(12)} ${text}`);
}

function expect(isSo, otherwise) {
  if (!isSo) throw new Error(otherwise);
}
