/** What a promise gives, or a failure when it has given nothing after so many milliseconds. */
export async function within<Result>(milliseconds: number, promise: Promise<Result>): Promise<Result> {
  const late = new Error(`nothing happened within ${milliseconds} ms`);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(late), milliseconds)));
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
