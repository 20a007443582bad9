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
  ServerPolicy,
} from './policy.ts';
import type { Limits } from './limits.ts';
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
  return (
    isRecord(value) &&
    value.kind === kind &&
    isListOf(isText)(value.files) &&
    value.files.length === texts.length &&
    texts.every(({ file }, index) => isListOf(isText)(value.files) && value.files[index] === file) &&
    isOptional(value.programPath, isTexts) &&
    isOptional(value.runAs, isPlacedText) &&
    isOptional(value.egress, isEgress) &&
    isListOf(isServer)(value.servers) &&
    isOptional(value.ceiling, isCeiling) &&
    isOptional(value.lockdown, isPlace) &&
    isTexts(value.postponed)
  );
}

function isServer(value: unknown): value is ServerPolicy {
  return (
    isRecord(value) &&
    isText(value.id) &&
    isPlace(value.at) &&
    isPlacedText(value.command) &&
    isOptional(value.identity, isIdentity) &&
    isListOf(isArgument)(value.args) &&
    [value.state, value.read, value.write, value.hide, value.postponed].every(isTexts) &&
    isOptional(value.sha256, isPlacedText) &&
    isOptional(value.cwd, isPlacedText) &&
    isListOf(isEnvLiteral)(value.env) &&
    isListOf(isEnvPass)(value.pass) &&
    isNetwork(value.network) &&
    isLimits(value.limits) &&
    isListOf(isUnsafe)(value.unsafe)
  );
}

function isIdentity(value: unknown): value is Identity {
  if (!isRecord(value) || !Object.values(value).every(isText)) return false;
  const { kind } = value;
  return kind === 'oci'
    ? 'image' in value && 'digest' in value
    : (kind === 'npm' || kind === 'pypi') && 'name' in value && 'version' in value;
}

function isCeiling(value: unknown): value is Ceiling {
  return (
    isRecord(value) &&
    isPlace(value.at) &&
    isNetwork(value.network) &&
    [value.command, value.read, value.write, value.hide, value.pass, value.postponed].every(isTexts) &&
    isLimits(value.limits) &&
    isListOf(isUnsafe)(value.unsafe)
  );
}

function isEgress(value: unknown): value is Egress {
  return isRecord(value) && isOptional(value.proxy, isPlacedText) && isOptional(value.ca, isPlacedText);
}

function isNetwork(value: unknown): value is NetworkRule {
  if (!isRecord(value)) return false;
  if (value.mode === 'list') return isListOf(isHostPattern)(value.hosts);
  return (value.mode === 'none' || value.mode === 'any') && isOptional(value.at, isPlace);
}

function isHostPattern(value: unknown): value is HostPattern & { at: Place } {
  return (
    isRecord(value) &&
    ['name', 'address', 'domain', 'below'].some((kind) => kind === value.kind) &&
    isText(value.name) &&
    isInteger(value.port) &&
    isPlace(value.at)
  );
}

function isArgument(value: unknown): value is Argument {
  if (!isRecord(value) || !isPlace(value.at)) return false;
  if (!('slot' in value)) return isText(value.value);
  return isMatcher(value.slot) && isFlag(value.rest) && isFlag(value.optional) && isOptional(value.default, isText);
}

function isMatcher(value: unknown): value is Matcher {
  return (
    isRecord(value) &&
    isOptional(value.equals, isScalar) &&
    isOptional(value.oneOf, isListOf(isScalar)) &&
    (value.path === undefined || value.path === 'read' || value.path === 'write') &&
    (value.host === undefined || value.host === true) &&
    isOptional(value.integer, isListOf(isInteger)) &&
    isOptional(value.match, isText) &&
    isOptional(value.maxLength, isInteger) &&
    isOptional(value.each, isMatcher)
  );
}

function isEnvLiteral(value: unknown): value is EnvLiteral {
  return isRecord(value) && isText(value.name) && isText(value.value) && isPlace(value.at);
}

function isEnvPass(value: unknown): value is EnvPass {
  return (
    isRecord(value) &&
    isText(value.name) &&
    isFlag(value.optional) &&
    isOptional(value.value, isMatcher) &&
    isPlace(value.at)
  );
}

function isLimits(value: unknown): value is Limits {
  return (
    isRecord(value) &&
    Object.values(value).every((limit) => isRecord(limit) && isInteger(limit.value) && isPlace(limit.at))
  );
}

function isUnsafe(value: unknown): value is Placed<Unsafe> {
  return isPlacedText(value) && UNSAFE_NAMES.some((name) => name === value.value);
}

function isTexts(value: unknown): value is readonly Placed<string>[] {
  return isListOf(isPlacedText)(value);
}

function isPlacedText(value: unknown): value is Placed<string> {
  return isRecord(value) && isText(value.value) && isPlace(value.at);
}

function isPlace(value: unknown): value is Place {
  return isRecord(value) && isText(value.file) && [value.line, value.column, value.length].every(isInteger);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isScalar(value: unknown): value is Scalar {
  return isText(value) || isFlag(value) || typeof value === 'number';
}

function isListOf<Item>(isItem: (item: unknown) => item is Item) {
  return (value: unknown): value is Item[] => Array.isArray(value) && value.every(isItem);
}

function isOptional<Value>(value: unknown, is: (value: unknown) => value is Value): value is Value | undefined {
  return value === undefined || is(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
