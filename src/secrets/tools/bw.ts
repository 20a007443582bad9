import type { Tool } from '../tool.ts';

/** Bitwarden. It keeps the key of an unlocked vault nowhere but in `BW_SESSION`. */
export const bw: Tool<'bw'> = {
  program: 'bw',
  args: ({ item, field = 'password' }) => ['--nointeraction', 'get', OWN.has(field) ? field : 'item', item],
  variables: [{ name: 'BW_SESSION' }],
  goesOut: true,
  pick: (output, { field = 'password' }) => (OWN.has(field) ? output : customField(output, field)),
  absent: /\bnot found\b/i,
  locked: /vault is locked|not logged in|session key|mac failed/i,
  unlock: () => '`bw unlock`, and set `BW_SESSION` to what it says where the client starts',
};

/** What every login has; another name is a field that somebody added. */
const OWN = new Set(['password', 'username', 'notes', 'totp', 'uri']);

function customField(output: string, name: string): string | undefined {
  const item: { readonly fields?: readonly { readonly name: unknown; readonly value: unknown }[] } = JSON.parse(output);
  const values = (item.fields ?? []).filter((field) => field.name === name).map(({ value }) => value);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : undefined;
}
