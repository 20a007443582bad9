/** Whether an error of the file system says that there is no such thing. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** Too many open files, no memory, a full disk: errors of a system call, which no look-up answers for. */
export function isRefusedBySystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
