import { limited, passes, type Probe } from '../finding/probe.ts';
import type { Machine } from './machine.ts';

/** Variables that change how Node.js starts us. They reach no server. */
export function probeEnvironment({ variables, node }: Machine): Probe {
  const name = 'environment';
  const code = CODE.filter((variable) => variables.includes(variable));
  const slow = variables.includes('NODE_EXTRA_CA_CERTS') && /^v?20\./.test(node.version);
  if (code.length > 0)
    return limited(
      name,
      `${code.map((variable) => `\`${variable}\``).join(', ')} can bring other code into mcp-secure-run itself, outside of every sandbox`,
      `unset it where the client starts: \`env ${code.map((variable) => `-u ${variable}`).join(' ')} COMMAND\``,
    );
  // Measured, with a system's whole bundle: `node -e 0` of Node.js 20 takes 64 ms in place of 32, of Node.js 24 no longer.
  if (slow)
    return limited(
      name,
      '`NODE_EXTRA_CA_CERTS` makes every start of Node.js 20 twice as slow',
      'unset it where the client starts, or run a newer Node.js: 24 reads it only when it is needed',
    );
  return passes(name, 'nothing that changes how Node.js starts');
}

/** ld.so(8), and node(1). */
const CODE = ['NODE_OPTIONS', 'LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH'];
