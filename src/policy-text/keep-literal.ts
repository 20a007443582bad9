import type { Change } from './propose.ts';

/** A value that stands in a client's configuration, as a variable of a server. */
export interface Literal {
  /** The server's id in the policy. */
  readonly server: string;
  readonly name: string;
  readonly value: string;
}

/** How it gets out of there: what to store where, and what the policy says then. */
export interface Kept {
  readonly reference: string;
  /** For the keyring. */
  readonly store: { readonly service: string; readonly account: string; readonly value: string };
  /** The same for a person, who is asked for the value, or gives it by stdin: no word of it is the value. */
  readonly words: readonly string[];
  readonly change: Extract<Change, { kind: 'secret' }>;
}

/**
 * Where a literal is kept: in the keyring, under our own name, so that no entry of another program is in its place, and
 * by server and variable, so that who looks through the keyring sees whose it is. A variable has no dot in its name: no
 * two of them meet.
 */
export function keepLiteral({ server, name, value }: Literal): Kept {
  const account = `${server}.${name}`;
  const reference = `keyring:${SERVICE}/${account}`;
  return {
    reference,
    store: { service: SERVICE, account, value },
    words: ['secrets', 'set', reference],
    change: { kind: 'secret', name, reference },
  };
}

const SERVICE = 'mcp-secure-run';
