import type { Place } from '../finding/finding.ts';
import type { EnvLiteral, EnvPass, Placed, Policy, ServerPolicy } from './policy.ts';
import { UNSAFE_NAMES } from './unsafe.ts';

/** What makes a compiled policy usable: the very text, by the very version of us that would compile it again. */
export interface CompiledKey {
  readonly version: string;
  readonly file: string;
  readonly text: string;
}

/** A valid policy as JSON that `run` reads without a parser for YAML. It carries its key, so nothing has to be hashed. */
export function encode(key: CompiledKey, policy: Policy): string {
  return JSON.stringify({ ...key, policy });
}

/**
 * The policy that {@link encode} wrote for this key, or undefined: not ours, another text, damaged. Every field that a
 * decision reads is checked, so that a damaged file is compiled anew and never half believed.
 */
export function decode(key: CompiledKey, json: string): Policy | undefined {
  const form = parse(json);
  const isForKey = isRecord(form) && form.version === key.version && form.file === key.file && form.text === key.text;
  return isForKey && isPolicy(form.policy, key.file) ? form.policy : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // damaged: the caller compiles anew
  }
}

function isPolicy(value: unknown, file: string): value is Policy {
  return (
    isRecord(value) &&
    value.file === file &&
    isOptional(value.programPath, isListOf(isPlaced)) &&
    isOptional(value.runAs, isPlaced) &&
    isListOf(isServer)(value.servers) &&
    isListOf(isPlaced)(value.postponed)
  );
}

function isServer(value: unknown): value is ServerPolicy {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    isPlace(value.at) &&
    isPlaced(value.command) &&
    [value.args, value.read, value.write, value.postponed].every(isListOf(isPlaced)) &&
    isOptional(value.sha256, isPlaced) &&
    isOptional(value.cwd, isPlaced) &&
    isListOf(isEnvLiteral)(value.env) &&
    isListOf(isEnvPass)(value.pass) &&
    isListOf(isPlaced)(value.unsafe) &&
    value.unsafe.every((entry) => UNSAFE_NAMES.some((name) => name === entry.value))
  );
}

function isEnvLiteral(value: unknown): value is EnvLiteral {
  return isRecord(value) && typeof value.name === 'string' && typeof value.value === 'string' && isPlace(value.at);
}

function isEnvPass(value: unknown): value is EnvPass {
  return isRecord(value) && typeof value.name === 'string' && typeof value.optional === 'boolean' && isPlace(value.at);
}

function isPlaced(value: unknown): value is Placed<string> {
  return isRecord(value) && typeof value.value === 'string' && isPlace(value.at);
}

function isPlace(value: unknown): value is Place {
  return (
    isRecord(value) &&
    typeof value.file === 'string' &&
    [value.line, value.column, value.length].every((number) => Number.isSafeInteger(number))
  );
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
