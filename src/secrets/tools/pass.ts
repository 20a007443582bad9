import { GNUPGHOME, type Tool } from '../tool.ts';

/** pass, the standard unix password manager: by its convention the password is the first line, and notes follow. */
export const pass: Tool<'pass'> = {
  program: 'pass',
  args: ({ name }) => ['show', '--', name],
  variables: [{ name: 'PASSWORD_STORE_DIR', isPath: true }, GNUPGHOME],
  pick: (output) => output.split('\n', 1)[0],
  absent: /is not in the password store|is a directory/i,
  // gpg without a terminal and without a window says the same of a key that it lacks and of one that it cannot unlock.
  locked: /no secret key|pinentry|inappropriate ioctl|cancelled|bad passphrase|timeout/i,
  unlock: ({ name }) => `\`pass show ${name}\` at a terminal: gpg’s agent then keeps the key for a while`,
};
