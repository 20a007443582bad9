import type { Tool } from '../tool.ts';

/** 1Password. With its desktop application, that one asks its user; it is not asked for more than to be unlocked. */
export const op: Tool<'op'> = {
  program: 'op',
  args: ({ uri }) => ['read', '--no-newline', uri],
  // Which account, and a machine’s login. Not OP_CONNECT_HOST: it would choose who is told the token.
  variables: [{ name: 'OP_SERVICE_ACCOUNT_TOKEN' }, { name: 'OP_ACCOUNT' }],
  goesOut: true,
  absent: /isn't an? (?:item|vault|field)|could not find|does not have a field|no item matched/i,
  locked:
    /not (?:currently )?signed in|op signin|no accounts configured|authorization (?:prompt dismissed|timeout)|session expired|desktop app/i,
  unlock: () => '`op signin`, or unlock the 1Password application',
};
