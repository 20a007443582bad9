import type { Tool } from '../tool.ts';

/** Azure Key Vault. */
export const azKv: Tool<'az-kv'> = {
  program: 'az',
  args: ({ vault, name, version }) => [
    ...['keyvault', 'secret', 'show', '--vault-name', vault, '--name', name],
    ...(version === undefined ? [] : ['--version', version]),
    ...['--query', 'value', '--output', 'json', '--only-show-errors'],
  ],
  // Not AZURE_CONFIG_DIR: extensions lie there, and they are code.
  variables: [],
  goesOut: true,
  pick: (output) => {
    const value: unknown = JSON.parse(output);
    return typeof value === 'string' ? value : undefined;
  },
  absent: /SecretNotFound/,
  locked: /az login|AADSTS|expired/i,
  unlock: () => '`az login`',
};
