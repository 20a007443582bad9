/** Where things are inside the sandbox: the same for every server, so that a server learns nothing about the machine. */
export const HOME = '/home/sandbox';
export const PRIVATE_CWD = `${HOME}/work`;
export const TEMPORARY = '/tmp';
/** The account's name and ids as the server sees them. */
export const INNER_USER = { name: 'sandbox', uid: 1000, gid: 1000 } as const;

/** Where a secret lies that is given as a file: in memory, and in this sandbox alone. */
export const secretFile = (name: string): string => `/run/secrets/${name}`;

/** Whom to trust, where a policy names more than the machine does. */
export const AUTHORITIES = '/etc/mcp-secure-run/authorities.pem';

/** What a confined server has for itself, by the names that it sees. */
export interface Places {
  readonly home: string;
  readonly cwd: string;
  readonly temporary: string;
  /** Where it is not the account's own. */
  readonly user: string | undefined;
  /** What becomes of what it writes there. */
  readonly fresh: string;
}

export const PLACES: Places = {
  home: HOME,
  cwd: PRIVATE_CWD,
  temporary: TEMPORARY,
  user: INNER_USER.name,
  fresh: 'fresh, in memory',
};
