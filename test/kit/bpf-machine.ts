/** What the kernel shows a filter of a system call: `struct seccomp_data`, seccomp(2). */
export interface CallData {
  readonly nr: number;
  readonly arch: number;
  /** Up to six, of 64 bits. */
  readonly args?: readonly bigint[];
}

/**
 * Runs a program for the kernel's packet filter as seccomp(2) does, and answers what it answers. Throws on what the
 * kernel refuses to load: see bpf_check_classic() in net/core/filter.c, seccomp_check_filter() in kernel/seccomp.c.
 */
export function runFilter(program: Uint8Array, call: CallData): number {
  const instructions = readProgram(program);
  const data = layOut(call);
  let accumulator = 0;
  let at = 0;
  for (;;) {
    const { code, yes, no, operand } = instructions[at] ?? fault('the end was passed');
    at += 1;
    if (code === LOAD) accumulator = data.getUint32(operand, true);
    else if (code === AND) accumulator = (accumulator & operand) >>> 0;
    else if (code === GO) at += operand;
    else if (code === EQUAL) at += accumulator === operand ? yes : no;
    else if (code === AT_LEAST) at += accumulator >= operand ? yes : no;
    else return operand;
  }
}

export interface Instruction {
  readonly code: number;
  readonly yes: number;
  readonly no: number;
  readonly operand: number;
}

/** The instructions of a program that the kernel would load. */
export function readProgram(program: Uint8Array): readonly Instruction[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const count = program.length / 8;
  if (!Number.isInteger(count) || count < 1 || count > 4096) fault(`${count} instructions`);
  return Array.from({ length: count }, (_, index) => {
    const [code, operand] = [view.getUint16(index * 8, true), view.getUint32(index * 8 + 4, true)];
    const [yes, no] = [view.getUint8(index * 8 + 2), view.getUint8(index * 8 + 3)];
    const left = count - index - 1;
    if (code === LOAD && (operand % 4 !== 0 || operand >= 64)) fault(`a load from ${operand}`);
    if (code === GO && operand >= left) fault('a jump beyond the end');
    if ((code === EQUAL || code === AT_LEAST) && (yes >= left || no >= left)) fault('a comparison beyond the end');
    if (left === 0 && code !== ANSWER) fault('no answer at the end');
    if (![LOAD, AND, GO, EQUAL, AT_LEAST, ANSWER].includes(code)) fault(`code ${code}`);
    return { code, yes, no, operand };
  });
}

const [LOAD, AND, GO, EQUAL, AT_LEAST, ANSWER] = [0x20, 0x54, 0x05, 0x15, 0x35, 0x06];

function layOut({ nr, arch, args = [] }: CallData): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, nr, true);
  data.setUint32(4, arch, true);
  args.forEach((value, index) => data.setBigUint64(16 + 8 * index, BigInt.asUintN(64, value), true));
  return data;
}

function fault(what: string): never {
  throw new Error(`the kernel would refuse this program: ${what}`);
}
