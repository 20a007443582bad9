// Keys that the schema has and nothing enforces yet, by what the policy's own reader says of policies that have them all.
import { managedExample, userExample } from './example-policy.js';

/** `compileLayer` is the reader's. */
export async function findPostponed(schema, compileLayer) {
  const layerOf = async (kind, text) => {
    const layer = await compileLayer(kind, [{ file: kind, text }]);
    if (!layer.allowed) throw new Error(layer.findings.map(({ message }) => message).join('\n'));
    return layer.granted.layer;
  };
  const ofEntry = async (entry) => ofServers(await layerOf('user', `version: 1\nservers: { a: ${entry} }\n`));

  const user = await layerOf('user', userExample(schema));
  const managed = await layerOf('managed', managedExample(schema));
  const [server, top, ceiling] = [ofServers(user), names(user), names(managed.ceiling)];
  const commands = await Promise.all(COMMANDS.map((command) => ofEntry(`{ command: '${command}' }`)));

  const paths = new Set([...top, ...[...server, ...ceiling].map((name) => `Server.${name}`)]);
  return {
    all: [...server, ...commands.flat(), ...top, ...ceiling],
    has: (owner, key) => paths.has(PATH_OF[owner]?.(key) ?? `${owner}.${key}`),
    isWhole: (name) => [...server, ...top].includes(WHOLE[name]),
  };
}

function ofServers({ servers }) {
  return servers.flatMap(names);
}

function names({ postponed }) {
  return postponed.map(({ value }) => value);
}

const COMMANDS = ['npm:a@1.0.0', 'pypi:a==1', `oci:a@sha256:${'0'.repeat(64)}`];

/** What the reader calls the keys of the parts that are not servers. */
const PATH_OF = {
  '': (key) => key,
  Files: (key) => `Server.files.${key}`,
  Ceiling: (key) => `Server.ceiling.${key}`,
};

/** Parts that are the value of one key. */
const WHOLE = { Limits: 'limits', Row: 'tools', Secret: 'secrets', Client: 'client', Egress: 'egress', Audit: 'audit' };
