import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { done, refused, untried, type Outcome } from '../attack/attempt.ts';

export async function runs(file: string, args: readonly string[]): Promise<Outcome> {
  if (!existsSync(file)) return untried(`there is no ${file}`);
  const { end, errors } = await run(file, args);
  return end === '0' ? done('it was done') : refused(reasonIn(errors) ?? `it ended with ${end}`);
}

/** A call that Node.js has no word for, by the first language on this machine that has one for all. */
export async function calls(number: number, args: readonly (number | string)[]): Promise<Outcome> {
  const language = LANGUAGES.find(({ file }) => existsSync(file));
  if (!language) return untried('there is no /usr/bin/perl and no /usr/bin/python3');
  const words = [String(number), ...args.map((one) => (typeof one === 'number' ? String(one) : `bytes:${one}`))];
  return answerOf(await run(language.file, [language.option, language.call, ...words]));
}

/** In a session of its own, so that the terminal that it opens becomes its own. */
export async function typesKeystroke(): Promise<Outcome> {
  const perl = LANGUAGES[0];
  if (!existsSync(perl.file)) return untried(`there is no ${perl.file}`);
  return answerOf(await run(perl.file, [perl.option, TYPE], true));
}

/** Each says `done`, or the number of the error. A text is handed over by its address, and can be written to. */
const LANGUAGES = [
  {
    file: '/usr/bin/perl',
    option: '-e',
    call: `my ($n, @a) = map { /^bytes:(.*)/ ? pack("H*", $1) : $_ + 0 } @ARGV;
      my $r = syscall($n, @a); print $r == -1 ? $! + 0 : "done";`,
  },
  {
    file: '/usr/bin/python3',
    option: '-c',
    call: `import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
args = [ctypes.create_string_buffer(bytes.fromhex(a[6:])) if a.startswith("bytes:") else ctypes.c_long(int(a)) for a in sys.argv[1:]]
print(ctypes.get_errno() if libc.syscall(*args) == -1 else "done", end="")`,
  },
] as const;

/** TIOCSPTLCK, TIOCGPTN, TIOCSTI: <asm-generic/ioctls.h>. */
const TYPE = `$SIG{HUP} = 'IGNORE'; $| = 1;
  sysopen(my $m, "/dev/ptmx", 2) or print($! + 0), exit;
  my ($off, $number, $key) = (pack("i", 0), pack("I", 0), "x");
  ioctl($m, 0x40045431, $off) && ioctl($m, 0x80045430, $number) or print($! + 0), exit;
  sysopen(my $s, "/dev/pts/" . unpack("I", $number), 2) or print($! + 0), exit;
  print ioctl($s, 0x5412, $key) ? "done" : $! + 0;`;

interface Ran {
  /** Its code, or the signal that ended it. */
  readonly end: string;
  readonly output: string;
  readonly errors: string;
}

async function run(file: string, args: readonly string[], detached = false): Promise<Ran> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached, timeout: PATIENCE });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ end: String(code ?? signal), output, errors }));
  });
}

/** Milliseconds. It takes some ten. */
const PATIENCE = 5000;

function answerOf({ end, output, errors }: Ran): Outcome {
  if (output === 'done') return done('it was done');
  if (/^\d+$/.test(output)) return refused(getSystemErrorName(-Number(output)));
  return end.startsWith('SIG') ? refused(`ended by ${end}`) : untried(reasonIn(errors) ?? `it ended with ${end}`);
}

function reasonIn(errors: string): string | undefined {
  const last = errors.trim().split('\n').at(-1)?.split(': ').at(-1)?.split(/[,.] /)[0];
  return last === '' ? undefined : last;
}
