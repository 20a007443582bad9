/**
 * One meaning for each exit code; 124 to 127 are those of timeout(1), env(1) and `docker run`.
 * Once a server has started, `run` exits as the server did.
 */
export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  limit: 124,
  failed: 125,
  denied: 126,
  notFound: 127,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
