/** `run` reads its own words, wherever they stand: there is one grammar for them. `built` is where the build's parts are. */
export async function run(words: readonly string[], built: string): Promise<void> {
  const { main } = await import('./run.ts');
  const [masks, masking, locked, landlock, container, egress] = await Promise.all([
    import('./masks.ts'),
    import('./masking.ts'),
    import('./locked.ts'),
    import('./landlock.ts'),
    import('./container.ts'),
    import('./egress/join-network.ts'),
  ]);
  await main(['run', ...words], {
    built,
    compiler: () => import('./compile.ts'),
    refusal: () => import('./refusal.ts'),
    regex: () => import('./match/regex.ts'),
    commandLine: () => import('./plan/by-command-line.ts'),
    hosts: () => import('./plan/hosts.ts'),
    serving: () => import('./egress/serve-hosts.ts'),
    seatbelt: () => import('./seatbelt.ts'),
    secrets: () => import('./ask-secrets.ts'),
    replace: async (...what) => (await import('./replace.ts')).replaceLauncher(...what),
    watch: async (...what) => (await import('./watch.ts')).watch(...what),
    masks: () => masks,
    masking: () => masking,
    locked: () => locked,
    landlock: () => landlock,
    container: () => container,
    egress: () => egress,
  });
}
