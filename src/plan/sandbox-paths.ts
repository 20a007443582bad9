/** Where things are inside the sandbox: the same for every server, so that a server learns nothing about the machine. */
export const HOME = '/home/sandbox';
export const PRIVATE_CWD = `${HOME}/work`;
export const TEMPORARY = '/tmp';
/** The account's name and ids as the server sees them. */
export const INNER_USER = { name: 'sandbox', uid: 1000, gid: 1000 } as const;
