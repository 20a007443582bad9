/** One thing for the attacking program to try. Plain data: it is sent to it, inside and outside, by the same words. */
export type Attempt =
  /** Reads a file; done if this text is in it. */
  | { readonly do: 'read'; readonly path: string; readonly text: string }
  /** Looks whether one of these is there. */
  | { readonly do: 'find'; readonly paths: readonly string[] }
  /** Makes a file that is not there, and removes it again. */
  | { readonly do: 'create'; readonly path: string }
  /** Opens one of these for writing, and writes nothing. */
  | { readonly do: 'append'; readonly paths: readonly string[] }
  /** Gives a file a second name. */
  | { readonly do: 'link'; readonly from: string; readonly to: string }
  /** Puts a link in the place of each of these, whatever was there. */
  | { readonly do: 'plant'; readonly places: readonly string[]; readonly to: string }
  /** Looks how these are mounted; done if one is writable. */
  | { readonly do: 'mounted-writable'; readonly paths: readonly string[] }
  /** Looks for a variable in its own environment. */
  | { readonly do: 'variable'; readonly name: string }
  /** Looks for one of these texts in what /proc tells of all other processes. */
  | { readonly do: 'search-processes'; readonly file: 'environ' | 'cmdline'; readonly texts: readonly string[] }
  /** May it send signals to this process, which has this text on its command line? None is sent. */
  | { readonly do: 'signal'; readonly pid: number; readonly text: string }
  /** Opens its memory. */
  | { readonly do: 'memory'; readonly pid: number; readonly text: string }
  /** Reads what it finds open beyond its three streams; done if this text is in one. */
  | { readonly do: 'descriptors'; readonly text: string }
  /** Starts a program of the system that becomes root when it is executed, and looks whether it did. */
  | { readonly do: 'become-root'; readonly file: string }
  /** Looks whether it has capabilities, may gain any, and is free of a filter for system calls. */
  | { readonly do: 'rights' }
  | { readonly do: 'host-name'; readonly name: string }
  /** Opens the terminal that it was started from. */
  | { readonly do: 'terminal' }
  /** Types into a terminal of its own as if a person did: TIOCSTI. */
  | { readonly do: 'keystroke' }
  /** Connects to one of these. A name that begins with NUL is an abstract one. */
  | { readonly do: 'connect'; readonly to: readonly Target[] }
  /** Asks these name servers for a name that nobody can have. */
  | { readonly do: 'name-servers'; readonly servers: readonly string[] }
  /** Looks for a network interface beside its own loopback. */
  | { readonly do: 'interfaces' }
  /** Runs a program of the system; done if it ends well. */
  | { readonly do: 'run'; readonly file: string; readonly args: readonly string[] }
  /** Makes a system call; a text is bytes in hexadecimal, handed over by their address. */
  | { readonly do: 'call'; readonly number: number; readonly args: readonly (number | string)[] };

export type Target = { readonly path: string } | { readonly host: string; readonly port: number };

/** How an attempt ended. */
export type Outcome =
  | { readonly is: 'done'; readonly found: string }
  | { readonly is: 'refused'; readonly why: string }
  /** It could not even be tried, for something that it takes is not there. */
  | { readonly is: 'untried'; readonly why: string };

export type Named = { readonly id: string; readonly attempt: Attempt };

/** What the attacking program is told. */
export interface Task {
  readonly attempts: readonly Named[];
  /** Then to go on living, whatever becomes of who started it. */
  readonly stays: boolean;
}

export function done(found: string): Outcome {
  return { is: 'done', found };
}

export function refused(why: string): Outcome {
  return { is: 'refused', why };
}

export function untried(why: string): Outcome {
  return { is: 'untried', why };
}
