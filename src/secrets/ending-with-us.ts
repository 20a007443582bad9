/** A signal that ends us meanwhile ends what we asked first. */
export async function endingWithUs<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals): void => {
    ending.abort();
    stopListening();
    process.kill(process.pid, signal);
  };
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.off(signal, end);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await ask(ending.signal);
  } finally {
    stopListening();
  }
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
