import type { Tool } from '../tool.ts';

/** HashiCorp Vault, and OpenBao where its `bao` is called `vault`: a key of a key-value secret, of either version. */
export const vault: Tool<'vault'> = {
  program: 'vault',
  args: ({ path, key }) => ['kv', 'get', `-field=${key}`, path],
  // It has no file that says where its server is, and whoever sets VAULT_ADDR is told the token: so only who gives that.
  variables: [
    { name: 'VAULT_ADDR', onlyWith: 'VAULT_TOKEN' },
    { name: 'VAULT_TOKEN' },
    { name: 'VAULT_NAMESPACE' },
    { name: 'VAULT_CACERT', isPath: true },
  ],
  goesOut: true,
  absent: /no value found at|field ".*" not present|no secret exists/i,
  locked: /permission denied|missing client token|invalid token|token (?:is |has )?expired|vault is sealed/i,
  unlock: () => '`vault login`',
};
