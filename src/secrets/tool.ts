import type { Provider, Reference } from '../policy/reference.ts';

export type ReferenceTo<P extends Provider> = Extract<Reference, { provider: P }>;

/** How a provider’s command line is asked, and how its words are read. */
export interface Tool<P extends Provider> {
  readonly program: string;
  /** Never with a value. */
  readonly args: (reference: ReferenceTo<P>) => readonly string[];
  /** What it needs of the client’s environment; it gets nothing else. */
  readonly variables: readonly Passed[];
  /** Set where it goes to the network: then it is told of the client’s proxy. */
  readonly goesOut?: true;
  /** Set for itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** The secret in what it printed; undefined where that lacks it. Without this: all of it. */
  readonly pick?: (output: string, reference: ReferenceTo<P>) => string | undefined;
  /** What it says on stderr when there is no such secret. */
  readonly absent: RegExp;
  /** And when somebody has to unlock it, or to log in. */
  readonly locked: RegExp;
  /** What to type then. */
  readonly unlock: (reference: ReferenceTo<P>) => string;
}

/**
 * A variable of the client’s environment that a tool is given.
 *
 * A client’s configuration sets that environment, and a project can bring one along. So none is passed that names code
 * to run, or configuration that can: `SOPS_AGE_KEY_CMD`, `AWS_CONFIG_FILE` (`credential_process`), `CLOUDSDK_CONFIG`,
 * `CLOUDSDK_PYTHON`, `AZURE_CONFIG_DIR`, `PASSWORD_STORE_GPG_OPTS`, `OP_CONNECT_HOST`. A path is judged.
 */
export interface Passed {
  readonly name: string;
  /** Set where it names a file or a directory, which then must be the account’s own, and in no repository. */
  readonly isPath?: true;
  /** Set where it names who is told a token: passed on only by who gives that one, in this variable, too. */
  readonly onlyWith?: string;
}

/** gpg’s own directory. Its agent’s configuration there names a program, `pinentry-program`: hence {@link Passed.isPath}. */
export const GNUPGHOME: Passed = { name: 'GNUPGHOME', isPath: true };
