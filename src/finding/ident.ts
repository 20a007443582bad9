import { EXIT, type ExitCode } from './exit-code.ts';

/**
 * Every finding's name, and the code that `run` and `explain` exit with when it refuses a launch. Those with `ok` are
 * told and refuse nothing.
 */
export const EXIT_OF = {
  // the command line
  usage: EXIT.usage,

  // the policy file, and what it says
  'policy-missing': EXIT.usage,
  'policy-unreadable': EXIT.usage,
  'policy-not-a-file': EXIT.usage,
  'policy-too-large': EXIT.usage,
  'policy-writable': EXIT.usage,
  'policy-owner': EXIT.usage,
  'policy-in-repository': EXIT.usage,
  'policy-syntax': EXIT.usage,
  'policy-unknown-key': EXIT.usage,
  'policy-missing-key': EXIT.usage,
  'policy-value': EXIT.usage,
  'policy-meaningless': EXIT.usage,
  'policy-twice': EXIT.usage,
  'policy-layer': EXIT.usage,
  'launcher-option': EXIT.usage,
  'launcher-wrapper': EXIT.usage,
  'package-floating': EXIT.usage,
  'package-spec': EXIT.usage,
  'needs-terminal': EXIT.usage,
  'edit-impossible': EXIT.failed,

  // several policies
  'server-not-managed': EXIT.denied,
  'layer-conflict': EXIT.denied,
  'beyond-ceiling': EXIT.denied,
  narrowed: EXIT.ok,
  'project-untrusted': EXIT.ok,

  // this machine, this account
  'account-unknown': EXIT.failed,
  'helper-missing': EXIT.failed,
  'home-refused': EXIT.usage,
  'run-as': EXIT.failed,
  'sandbox-missing': EXIT.failed,
  'sandbox-untrusted': EXIT.failed,
  'sandbox-too-old': EXIT.failed,
  'sandbox-unavailable': EXIT.failed,
  'sandbox-failed': EXIT.failed,
  'sandbox-silent': EXIT.failed,
  'launch-failed': EXIT.failed,
  'network-failed': EXIT.failed,
  bug: EXIT.failed,
  'path-changed': EXIT.denied,
  'state-unusable': EXIT.failed,

  // a launch
  'not-enforced-yet': EXIT.failed,
  'server-unknown': EXIT.notFound,
  'command-not-allowed': EXIT.denied,
  'command-ambiguous': EXIT.denied,
  'arguments-not-allowed': EXIT.denied,
  'argument-missing': EXIT.denied,
  'argument-refused': EXIT.denied,
  'program-missing': EXIT.notFound,
  'program-not-a-file': EXIT.denied,
  'program-not-executable': EXIT.denied,
  'program-unreadable': EXIT.denied,
  'program-owner': EXIT.denied,
  'program-writable': EXIT.denied,
  'program-not-pinned': EXIT.denied,
  'program-changed': EXIT.denied,
  'program-path': EXIT.denied,
  'interpreter-option': EXIT.denied,
  'interpreter-script': EXIT.denied,
  'interpreter-venv': EXIT.denied,
  shebang: EXIT.denied,
  'env-missing': EXIT.denied,
  'env-loader': EXIT.denied,
  'env-reserved': EXIT.denied,
  'env-twice': EXIT.denied,
  'env-value': EXIT.denied,
  'env-refused': EXIT.denied,
  'secret-file': EXIT.denied,
  'grant-missing': EXIT.denied,
  'grant-too-wide': EXIT.denied,
  'grant-protected': EXIT.denied,
  'grant-overlap': EXIT.denied,
  'grant-link': EXIT.denied,
  'hide-too-broad': EXIT.denied,
  'needs-namespaces': EXIT.denied,
  'hide-name': EXIT.denied,
  'run-as-reach': EXIT.denied,
  'cwd-missing': EXIT.denied,
  'cwd-not-granted': EXIT.denied,
  'container-cannot': EXIT.denied,

  // its secrets
  'secret-unresolved': EXIT.failed,
  'secret-file-unsafe': EXIT.failed,
  'secret-value': EXIT.failed,
  'secret-too-short': EXIT.failed,

  // locked packages
  'lock-invalid': EXIT.usage,
  'lock-failed': EXIT.failed,
  'not-locked': EXIT.denied,
  'package-refused': EXIT.denied,
  'package-changed': EXIT.denied,
  'store-missing': EXIT.notFound,
  'engine-mismatch': EXIT.ok,

  // a question put to `explain`, and an example of the policy
  'path-not-granted': EXIT.denied,
  'host-not-granted': EXIT.denied,
  'env-not-granted': EXIT.denied,
  'tool-denied': EXIT.denied,
  'example-fails': EXIT.findings,
  'compiled-differs': EXIT.findings,

  // advice of `check`
  'program-unpinned': EXIT.ok,
  'unsafe-entry': EXIT.ok,
  'grant-wider-than-rule': EXIT.ok,
  'host-wildcard': EXIT.ok,
  'tool-never-matches': EXIT.ok,
  'secret-literal': EXIT.ok,
  'project-writable': EXIT.ok,
  'sandbox-old': EXIT.ok,

  // told to the client once the server is gone
  'mask-lost': EXIT.denied,
  'server-ended': EXIT.failed,
  'limit-reached': EXIT.limit,
} as const satisfies Record<string, ExitCode>;

/** A stable kebab-case name: it can be guessed, searched for and typed. */
export type Ident = keyof typeof EXIT_OF;
