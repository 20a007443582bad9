import { assemble, type Line } from './bpf.ts';
import { ERRORS, type Rule, type Test } from './rule.ts';
import { RULES } from './rules.ts';
import { KNOWN_NUMBERS, numberOf, type Architecture } from './syscalls.ts';

/**
 * The filter for the system calls of a server, as `bwrap --seccomp` and the native helper take it. It depends on nothing but its arguments,
 * so it can be made once and kept.
 *
 * - A call of another architecture ends the program, before its number is looked at: 32-bit calls (`int 0x80`) have
 *   numbers of their own, by which every rule could be passed.
 * - A number that the kernel had not given out when the rules were written is answered as a kernel of that time did,
 *   `ENOSYS`; so are the calls of x32.
 * - What no rule names is allowed. A list of what is allowed instead would break programs with every new libc, and what
 *   a server may reach is decided by what the sandbox shows it: this filter guards the kernel, and that sandbox.
 */
export function seccompFilter(architecture: Architecture, options: Confined): Uint8Array {
  const runs = runsOf(architecture, rulesUnder(options));
  return assemble([
    { load: ARCHITECTURE },
    { compare: '=', with: AUDIT_ARCHITECTURES[architecture], no: 'foreign' },
    { load: NUMBER },
    ...search(runs),
    ...runs.flatMap((run) => (run.rules[0]?.only ? askRules(run) : [])),
    ...Object.entries(ANSWERS).flatMap(([label, answer]) => [{ label }, { answer }]),
  ]);
}

export interface Confined {
  readonly nestedNamespaces: boolean;
  /** By Landlock, without a namespace of its own. */
  readonly landlock?: boolean;
}

/** The rules that hold for a server. */
export function rulesUnder({ nestedNamespaces, landlock = false }: Confined): readonly Rule[] {
  return RULES.filter(
    ({ liftedBy, addedBy }) =>
      !(nestedNamespaces && liftedBy === 'nestedNamespaces') && (landlock || addedBy !== 'landlock'),
  );
}

// Offsets in `struct seccomp_data`, seccomp(2). Both architectures are little endian, so the low half comes first.
const NUMBER = 0;
const ARCHITECTURE = 4;
const lowHalfOf = ({ argument }: Test): number => 16 + 8 * argument;

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64, linux/audit.h. */
const AUDIT_ARCHITECTURES: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** How a program can end, by the label for it: SECCOMP_RET_… of linux/seccomp.h, the error in the low half. */
const ANSWERS: Readonly<Record<string, number>> = {
  foreign: 0x80000000, // KILL_PROCESS
  allowed: 0x7fff0000, // ALLOW
  ...Object.fromEntries(Object.entries(ERRORS).map(([name, number]) => [name, 0x00050000 + number])), // ERRNO
};

/** Numbers that lie together and fare alike: from `first` to where the next run begins. */
interface Run {
  readonly first: number;
  readonly label: string;
  /** Those that name the number. */
  readonly rules: readonly Rule[];
}

/** All numbers there are, in runs. */
function runsOf(architecture: Architecture, rules: readonly Rule[]): readonly Run[] {
  const named = namedNumbers(architecture, rules);
  const borders = KNOWN_NUMBERS[architecture].flatMap(([first, last]) => [first, last + 1]);
  const firsts = new Set([0, ...borders, ...[...named.keys()].flatMap((number) => [number, number + 1])]);

  const runs: Run[] = [];
  for (const first of [...firsts].toSorted((one, other) => one - other)) {
    const own = named.get(first) ?? [];
    const label = labelOf(first, own, architecture);
    if (runs.at(-1)?.label !== label) runs.push({ first, label, rules: own });
  }
  return runs;
}

function namedNumbers(architecture: Architecture, rules: readonly Rule[]): ReadonlyMap<number, readonly Rule[]> {
  const named = new Map<number, Rule[]>();
  for (const rule of rules) {
    for (const call of rule.calls) {
      const number = numberOf(call, architecture);
      if (number !== undefined) named.set(number, [...(named.get(number) ?? []), rule]);
    }
  }
  return named;
}

function labelOf(number: number, rules: readonly Rule[], architecture: Architecture): string {
  const [first] = rules;
  if (first) return first.only ? `call ${number}` : first.answer;
  const known = KNOWN_NUMBERS[architecture].some(([from, to]) => from <= number && number <= to);
  return known ? 'allowed' : 'ENOSYS';
}

/** A binary search for the run of the number in the accumulator. */
function search(runs: readonly Run[]): Line[] {
  const middle = runs.length >> 1;
  const [left, right] = [runs.slice(0, middle), runs.slice(middle)];
  const [start] = right;
  if (!start) throw new Error('there is a run at least');
  if (left.length === 0) return [{ go: start.label }];

  const [low, high] = [left, right].map((half) => (half.length === 1 ? half[0]?.label : undefined));
  const above = high ?? `from ${start.first}`;
  return [
    { compare: '>=', with: start.first, yes: above, ...(low !== undefined && { no: low }) },
    ...(low === undefined ? search(left) : []),
    ...(high === undefined ? [{ label: above }, ...search(right)] : []),
  ];
}

/** The rules of a call, one after the other. */
function askRules({ label, rules }: Run): Line[] {
  const questions = rules.flatMap(({ only, answer }, index): Line[] => {
    const next = `${label}, after ${index}`;
    const tests = (only?.tests ?? []).flatMap((test, count) => askTest(test, `${label}, ${index}.${count}`, next));
    return [...tests, { go: answer }, { label: next }];
  });
  return [{ label }, ...questions, { go: 'allowed' }];
}

/** Falls through where the test is passed, and goes to `failed` where it is not. */
function askTest(test: Test, name: string, failed: string): Line[] {
  const { mask, values } = test;
  const passed = `${name} passed`;
  const found = test.is === 'one of' ? passed : failed;
  return [
    { load: lowHalfOf(test) },
    ...(mask === undefined ? [] : [{ and: mask }]),
    ...values.map((value): Line => ({ compare: '=', with: value, yes: found })),
    ...(test.is === 'one of' ? [{ go: failed }, { label: passed }] : []),
  ];
}
