/** A value as JSON writes it, without structure. */
export type Scalar = string | number | boolean;

/**
 * What a value must be: an argument of a command line, an argument of a tool, a variable's value. Every member that is
 * there must hold; a matcher without any is no matcher, and the policy's reader refuses it.
 */
export interface Matcher {
  readonly equals?: Scalar | undefined;
  readonly oneOf?: readonly Scalar[] | undefined;
  /** A path that `files` grants in this mode. */
  readonly path?: 'read' | 'write' | undefined;
  /** A host that `network` grants. */
  readonly host?: true | undefined;
  /** Both ends are allowed. */
  readonly integer?: readonly [least: number, most: number] | undefined;
  /** A regular expression in RE2's syntax, which must match the whole value. */
  readonly match?: string | undefined;
  /** In Unicode code points. */
  readonly maxLength?: number | undefined;
  /** Of a list: what each of its items must be. */
  readonly each?: Matcher | undefined;
}
