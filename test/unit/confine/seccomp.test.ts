import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble, type Line } from '../../../src/confine/seccomp/bpf.ts';
import { explainRules } from '../../../src/confine/seccomp/explain.ts';
import { rulesUnder, seccompFilter } from '../../../src/confine/seccomp/filter.ts';
import { ERRORS, type Rule } from '../../../src/confine/seccomp/rule.ts';
import { RULES } from '../../../src/confine/seccomp/rules.ts';
import { KNOWN_NUMBERS, numberOf, SYSTEM_CALLS } from '../../../src/confine/seccomp/syscalls.ts';
import { readProgram, runFilter } from '../../kit/bpf-machine.ts';

const ARCHITECTURES = ['x64', 'arm64'] as const;
type Architecture = (typeof ARCHITECTURES)[number];
type Call = keyof typeof SYSTEM_CALLS;

/** linux/audit.h: EM_… with the marks of 64 bits (0x80000000) and little endian (0x40000000). */
const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028 };
const ANSWERS = new Map([
  [0x80000000, 'killed'],
  [0x7fff0000, 'allowed'],
  ...Object.entries(ERRORS).map(([name, number]) => [0x50000 + number, name] as const),
]);

const filtersOf = (architecture: Architecture) => ({
  closed: seccompFilter(architecture, { nestedNamespaces: false }),
  nested: seccompFilter(architecture, { nestedNamespaces: true }),
});
const FILTERS = { x64: filtersOf('x64'), arm64: filtersOf('arm64') };
function ask(architecture: Architecture, nr: number, args: readonly bigint[] = [], nested = false): string {
  const program = FILTERS[architecture][nested ? 'nested' : 'closed'];
  const answer = runFilter(program, { nr, arch: AUDIT[architecture], args });
  return ANSWERS.get(answer) ?? `answer ${answer}`;
}

/** The same on every architecture that has the call. */
function askByName(call: Call, args: readonly bigint[] = [], nested = false): string {
  const answers = ARCHITECTURES.flatMap((architecture) => {
    const nr = numberOf(call, architecture);
    return nr === undefined ? [] : [ask(architecture, nr, args, nested)];
  });
  return [...new Set(answers)].join(' and ');
}

const HIGH = 1n << 32n;

describe('what the filter answers', () => {
  test.each<[title: string, call: Call, expected: string, args: bigint[]]>([
    ['a thread', 'clone', 'allowed', [0x3d0f00n]],
    ['a child', 'clone', 'allowed', [0x1200011n]],
    ['a child by vfork', 'clone', 'allowed', [0x4111n]],
    ['a child in a user namespace', 'clone', 'EPERM', [0x10000011n]],
    ['the same with a high bit', 'clone', 'EPERM', [HIGH | 0x10000011n]],
    ['high bits alone, which are no flags', 'clone', 'allowed', [0x10000000n << 32n]],
    ...[0x20000n, 0x2000000n, 0x4000000n, 0x8000000n, 0x20000000n, 0x40000000n].map(
      (flag): [string, Call, string, bigint[]] => [`a child with namespace flag ${flag}`, 'clone', 'EPERM', [flag]],
    ),
    ['a child with 0x80, which is a part of the signal here', 'clone', 'allowed', [0x80n]],
    ['a table of descriptors of one’s own', 'unshare', 'allowed', [0x400n]],
    ['a user namespace', 'unshare', 'EPERM', [0x10000000n]],
    ['a user namespace with a high bit', 'unshare', 'EPERM', [HIGH | 0x10000000n]],
    ['a time namespace', 'unshare', 'EPERM', [0x80n]],
    ['flags that cannot be seen', 'clone3', 'ENOSYS', []],
    ['the personality of Linux', 'personality', 'allowed', [0n]],
    ['the question for the personality', 'personality', 'allowed', [0xffffffffn]],
    ['the 32-bit name', 'personality', 'allowed', [8n]],
    ['no randomness of addresses', 'personality', 'EPERM', [0x40000n]],
    ['no randomness, with a high bit', 'personality', 'EPERM', [HIGH | 0x40000n]],
    ['the size of a terminal', 'ioctl', 'allowed', [0n, 0x5413n]],
    ['typing into a terminal', 'ioctl', 'EPERM', [0n, 0x5412n]],
    ['typing, with a high bit', 'ioctl', 'EPERM', [0n, HIGH | 0x5412n]],
    ['typing, with all high bits', 'ioctl', 'EPERM', [0n, (0xffffffffn << 32n) | 0x5412n]],
    ['pasting into a console', 'ioctl', 'EPERM', [0n, 0x541cn]],
    ['pasting, with a high bit', 'ioctl', 'EPERM', [0n, HIGH | 0x541cn]],
    ['0x5412 as a descriptor', 'ioctl', 'allowed', [0x5412n, 0x5413n]],
    ['AF_UNIX', 'socket', 'allowed', [1n, 1n, 0n]],
    ['AF_INET for TCP', 'socket', 'allowed', [2n, 1n, 6n]],
    ['AF_INET, datagrams that do not block', 'socket', 'allowed', [2n, 0x80802n, 0n]],
    ['AF_INET6 for ICMPv6', 'socket', 'allowed', [10n, 2n, 58n]],
    ['the routing of AF_NETLINK', 'socket', 'allowed', [16n, 0x80003n, 0n]],
    ['the firewall of AF_NETLINK', 'socket', 'EPROTONOSUPPORT', [16n, 3n, 12n]],
    ['the firewall of AF_NETLINK, with a high bit', 'socket', 'EPROTONOSUPPORT', [HIGH | 16n, 3n, HIGH | 12n]],
    ['AF_VSOCK', 'socket', 'EAFNOSUPPORT', [40n, 1n, 0n]],
    ['AF_VSOCK, with a high bit', 'socket', 'EAFNOSUPPORT', [HIGH | 40n, 1n, 0n]],
    ['AF_INET, with a high bit', 'socket', 'allowed', [HIGH | 2n, 1n, 0n]],
    ['AF_PACKET', 'socket', 'EAFNOSUPPORT', [17n, 3n, 0n]],
    ['AF_ALG', 'socket', 'EAFNOSUPPORT', [38n, 5n, 0n]],
    ['AF_UNSPEC', 'socket', 'EAFNOSUPPORT', [0n, 1n, 0n]],
    ['a family of -1', 'socket', 'EAFNOSUPPORT', [0xffffffffn, 1n, 0n]],
    ['DCCP by its type', 'socket', 'ESOCKTNOSUPPORT', [2n, 6n, 0n]],
    ['SCTP by its type', 'socket', 'ESOCKTNOSUPPORT', [10n, 0x80005n, 0n]],
    ['SCTP by its number', 'socket', 'EPROTONOSUPPORT', [2n, 1n, 132n]],
    ['L2TP by its number', 'socket', 'EPROTONOSUPPORT', [2n, 2n, HIGH | 115n]],
    ['MPTCP', 'socket', 'EPROTONOSUPPORT', [2n, 1n, 262n]],
    ['132 as a protocol of AF_UNIX, which has none', 'socket', 'allowed', [1n, 1n, 132n]],
    ['a pair of AF_UNIX', 'socketpair', 'allowed', [1n, 1n, 0n]],
    ['a pair of AF_TIPC', 'socketpair', 'EAFNOSUPPORT', [30n, 1n, 0n]],
  ])('%s: `%s` is %s', (_title, call, expected, args) => {
    expect(askByName(call, args)).toBe(expected);
  });

  const unconditional = rulesUnder({ nestedNamespaces: false }).filter(({ only }) => !only);
  test.each(unconditional.flatMap(({ calls, answer }) => calls.map((call) => [call, answer] as const)))(
    '`%s` is %s, whatever its arguments',
    (call, answer) => {
      expect([askByName(call), askByName(call, Array(6).fill((1n << 64n) - 1n))]).toEqual([answer, answer]);
    },
  );

  test('calls that every program makes are allowed', () => {
    const [x64, arm64] = [
      { read: 0, write: 1, mmap: 9, rt_sigreturn: 15, execve: 59, connect: 42, futex: 202, memfd_create: 319 },
      { read: 63, write: 64, mmap: 222, rt_sigreturn: 139, execve: 221, connect: 203, futex: 98, memfd_create: 279 },
    ];
    const both = { openat2: 437, close_range: 436, pidfd_open: 434, epoll_pwait2: 441, landlock_restrict_self: 446 };
    const answers = [
      ...Object.values({ ...x64, ...both }).map((nr) => ask('x64', nr)),
      ...Object.values({ ...arm64, ...both }).map((nr) => ask('arm64', nr)),
    ];
    expect(new Set(answers)).toEqual(new Set(['allowed']));
  });
});

describe('what comes before every rule', () => {
  test.each([
    ['x64', 'i386', AUDIT.i386],
    ['x64', 'arm64', AUDIT.arm64],
    ['x64', 'nothing', 0],
    ['arm64', 'arm', AUDIT.arm],
    ['arm64', 'x64', AUDIT.x64],
  ] as const)('on %s, a call of %s ends the program, whatever its number', (own, _other, arch) => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.boolean(), (nr, nested) => {
        const answer = runFilter(FILTERS[own][nested ? 'nested' : 'closed'], { nr, arch });
        expect(ANSWERS.get(answer)).toBe('killed');
      }),
    );
  });

  test.each([
    ['a call of x32', 0x40000000 + 39],
    ['ptrace of x32', 0x40000000 + 521],
    ['ptrace of x32 without its mark', 521],
    ['process_vm_writev of x32 without its mark', 540],
    ['a call that is newer than the rules', 472],
    ['a number that nobody has given out', 400],
    ['-1', 0xffffffff],
  ])('%s is a call that there is not', (_title, nr) => {
    expect([ask('x64', nr), ask('x64', nr, [], true)]).toEqual(['ENOSYS', 'ENOSYS']);
  });
});

describe('`own-sandbox`', () => {
  const NEEDED = ['clone', 'unshare', 'setns', 'mount', 'umount2', 'pivot_root', 'chroot'];

  test.each(NEEDED)('allows `%s`', (call) => {
    const found = Object.keys(SYSTEM_CALLS).find((name): name is Call => name === call);
    if (!found) throw new Error(`${call} is not in the table`);
    expect(askByName(found, [0x10000000n])).toBe('EPERM');
    expect(askByName(found, [0x10000000n], true)).toBe('allowed');
  });

  test('allows nothing else', () => {
    expect(RULES.filter(({ liftedBy }) => liftedBy).flatMap(({ calls }) => calls)).toEqual(
      expect.arrayContaining(NEEDED),
    );
    const rest = RULES.filter(({ liftedBy, addedBy }) => !liftedBy && !addedBy);
    expect(rulesUnder({ nestedNamespaces: true })).toEqual(rest);
    for (const call of rest.flatMap(({ calls }) => calls)) {
      for (const one of [0n, 1n, 2n, 16n, 40n, 0x5412n, 0x40000n]) {
        expect(askByName(call, [one, one, one], true)).toBe(askByName(call, [one, one, one]));
      }
    }
  });
});

describe('the table and the program say the same', () => {
  const interesting = RULES.flatMap(({ only }) => only?.tests ?? []).flatMap(({ values, mask = 0 }) => [
    ...values,
    mask,
  ]);
  const argument = fc.oneof(
    fc
      .tuple(fc.constantFrom(0n, 1n, 0xffffffffn), fc.constantFrom(...interesting))
      .map(([high, low]) => (high << 32n) | BigInt(low)),
    fc.bigInt(0n, (1n << 64n) - 1n),
  );
  const asking = Object.keys(SYSTEM_CALLS).length;

  test.each(ARCHITECTURES.flatMap((architecture) => [false, true].map((nested) => [architecture, nested] as const)))(
    'for every number and all arguments: %s, with nested namespaces: %s',
    (architecture, nested) => {
      const rules = rulesUnder({ nestedNamespaces: nested });
      const named = RULES.flatMap(({ calls }) => calls.flatMap((call) => numberOf(call, architecture) ?? []));
      const number = fc.oneof(fc.constantFrom(...named), fc.nat(600), fc.nat(0xffffffff));
      fc.assert(
        fc.property(number, fc.array(argument, { minLength: 6, maxLength: 6 }), (nr, args) => {
          expect(ask(architecture, nr, args, nested)).toBe(judge(architecture, nr, args, rules));
        }),
        { numRuns: asking * 40 },
      );
      for (let nr = 0; nr < 600; nr += 1) {
        expect(ask(architecture, nr, [], nested)).toBe(judge(architecture, nr, [], rules));
      }
    },
  );

  test.each(ARCHITECTURES)(
    'every rule is there on %s, unless the architecture has none of its calls',
    (architecture) => {
      const without = RULES.filter(({ calls }) => calls.every((call) => numberOf(call, architecture) === undefined));
      expect(without.flatMap(({ calls }) => calls)).toEqual(
        architecture === 'arm64' ? ['iopl', 'ioperm', 'modify_ldt'] : [],
      );
    },
  );

  test('every call of the table of numbers is in a rule', () => {
    const ruled = new Set<string>(RULES.flatMap(({ calls }) => calls));
    expect(Object.keys(SYSTEM_CALLS).filter((call) => !ruled.has(call))).toEqual([]);
  });

  test('a program is small, and the same each time', () => {
    const programs = ARCHITECTURES.flatMap((one) => Object.values(FILTERS[one]));
    expect(Math.max(...programs.map((program) => readProgram(program).length))).toBeLessThan(200);
    expect(seccompFilter('x64', { nestedNamespaces: false })).toEqual(FILTERS.x64.closed);
  });

  test('each row that is shown says what, why and where from', () => {
    const rows = explainRules();
    expect(rows).toHaveLength(RULES.length + 5);
    for (const row of rows)
      expect(
        Object.values(row).every((text) => text.length > 5),
        row.what,
      ).toBe(true);
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
    expect(rows.map(({ what }) => what)).toContain('`ioctl` with TIOCSTI or TIOCLINUX: EPERM');
  });
});

describe('the numbers are those of the kernel', () => {
  // linux-libc-dev of Debian and Ubuntu; arm64 uses the generic table.
  const HEADERS = {
    x64: ['/usr/include/x86_64-linux-gnu/asm/unistd_64.h', '/usr/include/asm/unistd_64.h'],
    arm64: ['/usr/include/asm-generic/unistd.h'],
  };
  // Newer than the headers that machines have: Linux 6.6 to 6.19.
  const NEWER = {
    fchmodat2: 452,
    setxattrat: 463,
    removexattrat: 466,
    open_tree_attr: 467,
    file_setattr: 469,
    listns: 470,
  };

  test.each(ARCHITECTURES)('on %s, by the headers of this machine', (architecture) => {
    const path = HEADERS[architecture].find((one) => existsSync(one));
    if (path === undefined) throw new Error(`linux-libc-dev is not installed: none of ${HEADERS[architecture].join()}`);
    const defined = [...readFileSync(path, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm)];
    const numbers = new Map<string, number>([
      ...Object.entries(NEWER),
      ...defined.map(([, name = '', number]) => [name, Number(number)] as const),
    ]);
    const own = Object.keys(SYSTEM_CALLS).filter((name): name is Call => name in SYSTEM_CALLS);
    expect(Object.fromEntries(own.map((name) => [name, numberOf(name, architecture)]))).toEqual(
      Object.fromEntries(own.map((name) => [name, numbers.get(name)])),
    );
  });
});

describe('the assembler', () => {
  test('writes what the kernel reads', () => {
    const bytes = assemble([
      { load: 4 },
      { compare: '=', with: 0xc000003e, yes: 'own' },
      { answer: 0x80000000 },
      { label: 'own' },
      { and: 0xf },
      { compare: '>=', with: 2, no: 'own.end' },
      { go: 'own.end' },
      { label: 'own.end' },
      { answer: 0x7fff0000 },
    ]);
    expect(Buffer.from(bytes).toString('hex').match(/.{16}/g)).toEqual([
      '2000000004000000',
      '150001003e0000c0',
      '0600000000000080',
      '540000000f000000',
      '3500000102000000',
      '0500000000000000',
      '060000000000ff7f',
    ]);
  });

  test.each<[title: string, lines: Line[], message: RegExp]>([
    ['a jump to nowhere', [{ go: 'away' }, { answer: 0 }], /no label away/],
    ['a jump back', [{ label: 'loop' }, { load: 0 }, { go: 'loop' }, { answer: 0 }], /go back/],
    [
      'a comparison that goes back',
      [{ label: 'loop' }, { compare: '=', with: 0, no: 'loop' }, { answer: 0 }],
      /go back/,
    ],
    ['a label that is there twice', [{ label: 'a' }, { label: 'a' }, { answer: 0 }], /twice/],
    ['no answer at the end', [{ answer: 0 }, { load: 0 }], /ends with an answer/],
    ['nothing at all', [], /ends with an answer/],
    ['more than 4096 instructions', [...loads(4096), { answer: 0 }], /4097 instructions/],
  ])('refuses %s', (_title, lines, message) => {
    expect(() => assemble(lines)).toThrow(message);
  });

  test.each([0, 1, 254, 255, 256, 257, 300, 4000])('reaches over %i instructions, either way', (between) => {
    const lines = (ways: { yes?: string; no?: string }): Line[] => [
      { load: 0 },
      { compare: '=', with: 7, ...ways },
      ...loads(between),
      { answer: 1 },
      { label: 'far' },
      { answer: 2 },
    ];
    const ends = (ways: { yes?: string; no?: string }) =>
      [7, 8].map((nr) => runFilter(assemble(lines(ways)), { nr, arch: 0 }));
    expect(ends({ yes: 'far' })).toEqual([2, 1]);
    expect(ends({ no: 'far' })).toEqual([1, 2]);
    expect(ends({ yes: 'far', no: 'far' })).toEqual([2, 2]);
  });

  /** What is done before an answer makes it lie far from the others. */
  type Tree =
    | { readonly answer: number; readonly before: number }
    | { readonly compare: '=' | '>='; readonly than: number; readonly yes: Tree; readonly no: Tree };

  test('random decisions come out as they were meant, short jumps and long', () => {
    const value = fc.nat(20);
    const trees = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.record({ answer: fc.nat(0xffff), before: fc.nat(150) }),
        fc.record({
          compare: fc.constantFrom('=' as const, '>=' as const),
          than: value,
          yes: tie('tree'),
          no: tie('tree'),
        }),
      ),
    })).tree;
    const sizes: number[] = [];
    fc.assert(
      fc.property(trees, fc.array(value, { minLength: 1, maxLength: 20 }), (tree, values) => {
        const program = assemble([{ load: 0 }, ...linesOf(tree)]);
        sizes.push(program.length / 8);
        for (const nr of values) expect(runFilter(program, { nr, arch: 0 })).toBe(meant(tree, nr));
      }),
      { numRuns: 500 },
    );
    expect(sizes.filter((size) => size > 300).length).toBeGreaterThan(50); // or no jump was long
  });

  /** `no` first, so that `yes` lies behind all of it. */
  function linesOf(tree: Tree, name = ''): Line[] {
    if ('answer' in tree) return [...loads(tree.before), { answer: tree.answer }];
    const yes = `${name}y`;
    return [
      { compare: tree.compare, with: tree.than, yes },
      ...linesOf(tree.no, `${name}n`),
      { label: yes },
      ...linesOf(tree.yes, yes),
    ];
  }

  function meant(tree: Tree, value: number): number {
    if ('answer' in tree) return tree.answer;
    const holds = tree.compare === '=' ? value === tree.than : value >= tree.than;
    return meant(holds ? tree.yes : tree.no, value);
  }
});

/** The table, read as it stands: the first rule that fits. */
function judge(architecture: Architecture, nr: number, args: readonly bigint[], rules: readonly Rule[]): string {
  const fits = ({ only }: Rule) =>
    (only?.tests ?? []).every(({ argument, mask = 0xffffffff, is, values }) => {
      const low = BigInt.asUintN(32, args[argument] ?? 0n) & BigInt(mask);
      return values.some((value) => BigInt(value) === low) === (is === 'one of');
    });
  const rule = rules.find((one) => one.calls.some((call) => numberOf(call, architecture) === nr) && fits(one));
  if (rule) return rule.answer;
  return KNOWN_NUMBERS[architecture].some(([first, last]) => first <= nr && nr <= last) ? 'allowed' : 'ENOSYS';
}

/** So many instructions that change nothing that matters. */
function loads(count: number): Line[] {
  return Array.from({ length: count }, () => ({ load: 4 }));
}
