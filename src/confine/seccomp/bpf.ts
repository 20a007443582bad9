/**
 * A line of a program for the kernel's packet filter in its classic form (linux/filter.h), which seccomp(2) runs on
 * every system call: one accumulator of 32 bits, jumps forward only.
 */
export type Line =
  | { readonly label: string }
  /** The word at this offset into the accumulator. */
  | { readonly load: number }
  /** The accumulator, with these bits alone. */
  | { readonly and: number }
  /** Where to go on; without a label, at the next line. Comparisons are without a sign. */
  | { readonly compare: '=' | '>='; readonly with: number; readonly yes?: string; readonly no?: string }
  | { readonly go: string }
  /** The end, with this result. */
  | { readonly answer: number };

/**
 * A program as the kernel reads it: of each instruction `struct sock_filter`, 8 bytes, little endian.
 *
 * A comparison reaches 255 instructions; one that goes farther is given a jump of its own, which is not bound so. What
 * the kernel would refuse is thrown: jumps that go back or nowhere, an end without an answer, too many instructions.
 */
export function assemble(lines: readonly Line[]): Uint8Array {
  const instructions = encode(lines, placeLines(lines));
  if (instructions.length > MOST_INSTRUCTIONS) throw new Error(`${instructions.length} instructions are too many`);
  if (instructions.at(-1)?.code !== ANSWER) throw new Error('a program ends with an answer');

  const view = new DataView(new ArrayBuffer(instructions.length * INSTRUCTION_BYTES));
  instructions.forEach(({ code, yes = 0, no = 0, operand }, index) => {
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, yes);
    view.setUint8(at + 3, no);
    view.setUint32(at + 4, operand, true);
  });
  return new Uint8Array(view.buffer);
}

interface Instruction {
  readonly code: number;
  readonly yes?: number;
  readonly no?: number;
  readonly operand: number;
}

/** Where every line begins, and which comparisons need a jump of their own to get where they go. */
interface Places {
  readonly starts: readonly number[];
  readonly labels: ReadonlyMap<string, number>;
  readonly far: ReadonlySet<string>;
}

/** BPF_MAXINSNS, linux/bpf_common.h. */
const MOST_INSTRUCTIONS = 4096;
/** The reach of `jt` and `jf`, which are bytes. */
const REACH = 255;
const INSTRUCTION_BYTES = 8;

// linux/bpf_common.h: BPF_LD|BPF_W|BPF_ABS, BPF_ALU|BPF_AND|BPF_K, BPF_JMP|BPF_JA, BPF_RET|BPF_K, BPF_JMP|…|BPF_K.
const LOAD = 0x20;
const AND = 0x54;
const GO = 0x05;
const ANSWER = 0x06;
const COMPARE = { '=': 0x15, '>=': 0x35 } as const;

/** A jump that was added moves what lies behind it, which may put other targets out of reach: until nothing changes. */
function placeLines(lines: readonly Line[]): Places {
  const far = new Set<string>();
  for (;;) {
    const places = { ...startsOf(lines, far), far };
    const added = lines.flatMap((line, index) => outOfReach(line, index, places));
    if (added.length === 0) return places;
    for (const one of added) far.add(one);
  }
}

function startsOf(lines: readonly Line[], far: ReadonlySet<string>): Pick<Places, 'starts' | 'labels'> {
  const starts: number[] = [];
  const labels = new Map<string, number>();
  let next = 0;
  lines.forEach((line, index) => {
    starts.push(next);
    if ('label' in line) {
      if (labels.has(line.label)) throw new Error(`the label ${line.label} is there twice`);
      labels.set(line.label, next);
      return;
    }
    next += 1 + Number(far.has(`${index} yes`)) + Number(far.has(`${index} no`));
  });
  return { starts, labels };
}

function outOfReach(line: Line, index: number, places: Places): string[] {
  if (!('compare' in line)) return [];
  return (['yes', 'no'] as const).flatMap((way) => {
    const label = line[way];
    const key = `${index} ${way}`;
    if (label === undefined || places.far.has(key)) return [];
    return distance(label, (places.starts[index] ?? 0) + 1, places) > REACH ? [key] : [];
  });
}

/** How many instructions lie between, which is how the kernel counts jumps. */
function distance(label: string, from: number, { labels }: Places): number {
  const to = labels.get(label);
  if (to === undefined) throw new Error(`there is no label ${label}`);
  if (to < from) throw new Error(`a jump to ${label} would go back`);
  return to - from;
}

function encode(lines: readonly Line[], places: Places): Instruction[] {
  return lines.flatMap((line, index) => {
    const after = (places.starts[index] ?? 0) + 1;
    if ('label' in line) return [];
    if ('load' in line) return [{ code: LOAD, operand: line.load }];
    if ('and' in line) return [{ code: AND, operand: line.and }];
    if ('answer' in line) return [{ code: ANSWER, operand: line.answer }];
    if ('go' in line) return [{ code: GO, operand: distance(line.go, after, places) }];
    return encodeComparison(line, index, after, places);
  });
}

/** The comparison, and behind it the jumps of its own: first that of `yes`, then that of `no`. */
function encodeComparison(
  line: Extract<Line, { compare: string }>,
  index: number,
  after: number,
  places: Places,
): Instruction[] {
  const jumps: Instruction[] = [];
  const own = (['yes', 'no'] as const).filter((way) => places.far.has(`${index} ${way}`));
  const ways = { yes: own.length, no: own.length }; // without a label: the next line
  for (const way of ['yes', 'no'] as const) {
    const label = line[way];
    if (label === undefined) continue;
    if (own.includes(way)) {
      ways[way] = jumps.length;
      jumps.push({ code: GO, operand: distance(label, after + jumps.length + 1, places) });
    } else ways[way] = distance(label, after, places);
  }
  return [{ code: COMPARE[line.compare], operand: line.with, ...ways }, ...jumps];
}
