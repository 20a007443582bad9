import type { Place } from '../finding/finding.ts';
import type { Identity } from '../identity/identity.ts';
import type { HostPattern } from '../match/host-pattern.ts';
import type { Matcher, Scalar } from '../match/matcher.ts';
import type {
  Argument,
  Ceiling,
  Egress,
  EnvLiteral,
  EnvPass,
  Layer,
  NetworkRule,
  Placed,
  SecretRule,
  ServerPolicy,
  Slot,
} from './policy.ts';
import { has, isFlag, isInteger, isListOf, isOneOf, isOptional, isRecord, isText, type Is } from './json-checks.ts';
import type { Limits } from './limits.ts';
import type { Reference } from './reference.ts';
import { UNSAFE_NAMES, type Unsafe } from './unsafe.ts';

/** What makes a compiled layer usable: the very texts, by the very version of us that would compile them again. */
export interface CompiledKey {
  readonly version: string;
  readonly kind: Layer['kind'];
  readonly texts: readonly { readonly file: string; readonly text: string }[];
}

/** A valid layer as JSON that `run` reads without a parser for YAML. It carries its key, so nothing has to be hashed. */
export function encode(key: CompiledKey, layer: Layer): string {
  return JSON.stringify({ ...key, layer });
}

/**
 * The layer that {@link encode} wrote for this key, or undefined: not ours, another text, damaged. Every field that a
 * decision reads is checked, so that a damaged file is compiled anew and never half believed.
 */
export function decode(key: CompiledKey, json: string): Layer | undefined {
  const form = parse(json);
  return isRecord(form) && isForKey(form, key) && isLayer(form.layer, key) ? form.layer : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // damaged: the caller compiles anew
  }
}

function isForKey({ version, kind, texts }: Record<string, unknown>, key: CompiledKey): boolean {
  return (
    version === key.version &&
    kind === key.kind &&
    Array.isArray(texts) &&
    texts.length === key.texts.length &&
    key.texts.every(
      ({ file, text }, index) => isRecord(texts[index]) && texts[index].file === file && texts[index].text === text,
    )
  );
}

function isLayer(value: unknown, { kind, texts }: CompiledKey): value is Layer {
  const areFiles = (files: unknown): files is Layer['files'] =>
    isListOf(isText)(files) && files.length === texts.length && texts.every(({ file }, index) => files[index] === file);
  return has<Layer>(value, {
    kind: isOneOf([kind]),
    files: areFiles,
    programPath: isOptional(isTexts),
    runAs: isOptional(isPlacedText),
    egress: isOptional(isEgress),
    servers: isListOf(isServer),
    ceiling: isOptional(isCeiling),
    lockdown: isOptional(isPlace),
    postponed: isTexts,
  });
}

function isServer(value: unknown): value is ServerPolicy {
  return has<ServerPolicy>(value, {
    id: isText,
    at: isPlace,
    command: isPlacedText,
    identity: isOptional(isIdentity),
    args: isListOf(isArgument),
    sha256: isOptional(isPlacedText),
    env: isListOf(isEnvLiteral),
    pass: isListOf(isEnvPass),
    secrets: isListOf(isSecret),
    cwd: isOptional(isPlacedText),
    state: isTexts,
    read: isTexts,
    write: isTexts,
    hide: isTexts,
    network: isNetwork,
    limits: isLimits,
    unsafe: isListOf(isUnsafe),
    postponed: isTexts,
  });
}

function isIdentity(value: unknown): value is Identity {
  if (!isRecord(value) || !Object.values(value).every(isText)) return false;
  const { kind } = value;
  return kind === 'oci'
    ? 'image' in value && 'digest' in value
    : (kind === 'npm' || kind === 'pypi') && 'name' in value && 'version' in value;
}

function isCeiling(value: unknown): value is Ceiling {
  return has<Ceiling>(value, {
    at: isPlace,
    command: isTexts,
    read: isTexts,
    write: isTexts,
    hide: isTexts,
    network: isNetwork,
    pass: isTexts,
    limits: isLimits,
    unsafe: isListOf(isUnsafe),
    postponed: isTexts,
  });
}

function isEgress(value: unknown): value is Egress {
  return has<Egress>(value, { proxy: isOptional(isPlacedText), ca: isOptional(isPlacedText) });
}

function isNetwork(value: unknown): value is NetworkRule {
  return (
    has<Extract<NetworkRule, { hosts: unknown }>>(value, { mode: isOneOf(['list']), hosts: isListOf(isHostPattern) }) ||
    has<Exclude<NetworkRule, { hosts: unknown }>>(value, { mode: isOneOf(['none', 'any']), at: isOptional(isPlace) })
  );
}

function isHostPattern(value: unknown): value is HostPattern & { readonly at: Place } {
  return has<HostPattern & { readonly at: Place }>(value, {
    kind: isOneOf(['name', 'address', 'domain', 'below']),
    name: isText,
    port: isInteger,
    at: isPlace,
  });
}

function isArgument(value: unknown): value is Argument {
  return isRecord(value) && 'slot' in value ? isSlot(value) : isPlacedText(value);
}

function isSlot(value: unknown): value is Slot {
  return has<Slot>(value, {
    slot: isMatcher,
    rest: isFlag,
    optional: isFlag,
    default: isOptional(isText),
    at: isPlace,
  });
}

function isMatcher(value: unknown): value is Matcher {
  return has<Matcher>(value, {
    equals: isOptional(isScalar),
    oneOf: isOptional(isListOf(isScalar)),
    path: isOptional(isOneOf(['read', 'write'])),
    host: isOptional(isOneOf([true])),
    integer: isOptional(isRange),
    match: isOptional(isText),
    maxLength: isOptional(isInteger),
    each: isOptional(isMatcher),
  });
}

function isEnvLiteral(value: unknown): value is EnvLiteral {
  return has<EnvLiteral>(value, { name: isText, value: isText, at: isPlace });
}

function isEnvPass(value: unknown): value is EnvPass {
  return has<EnvPass>(value, { name: isText, optional: isFlag, value: isOptional(isMatcher), at: isPlace });
}

function isSecret(value: unknown): value is SecretRule {
  return has<SecretRule>(value, {
    name: isText,
    from: isReference,
    as: isOneOf(['env', 'file']),
    optional: isFlag,
    at: isPlace,
  });
}

function isReference(value: unknown): value is Reference {
  return isRecord(value) && Object.values(value).every((part) => isText(part) || isListOf(isText)(part));
}

function isLimits(value: unknown): value is Limits {
  return isRecord(value) && Object.values(value).every(isPlaced(isInteger));
}

function isUnsafe(value: unknown): value is Placed<Unsafe> {
  return isPlaced(isOneOf(UNSAFE_NAMES))(value);
}

function isTexts(value: unknown): value is readonly Placed<string>[] {
  return Array.isArray(value) && value.every(isPlacedText);
}

function isPlacedText(value: unknown): value is Placed<string> {
  return has<Placed<string>>(value, PLACED_TEXT);
}

function isPlaced<Value>(is: Is<Value>): Is<Placed<Value>> {
  return (value) => has<Placed<Value>>(value, { value: is, at: isPlace });
}

function isPlace(value: unknown): value is Place {
  return has<Place>(value, PLACE);
}

// Of these a policy has more than of all else, and each start looks at each: made once.
const PLACE = { file: isText, line: isInteger, column: isInteger, length: isInteger };
const PLACED_TEXT = { value: isText, at: isPlace };

function isScalar(value: unknown): value is Scalar {
  return isText(value) || isFlag(value) || typeof value === 'number';
}

function isRange(value: unknown): value is readonly [number, number] {
  return isListOf(isInteger)(value) && value.length === 2;
}
