import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A home of our own for one test: a policy, and room for files. Gone when the test ends. */
export interface Home {
  readonly directory: string;
  readonly policy: string;
  /** Writes a file below the home and answers its path. */
  write(name: string, text: string, mode?: number): string;
}

/** Makes a home with this policy. Outside the repository: a policy inside one would be refused. */
export function makeHome(policy: string): Home {
  const home = makeStandingHome(policy);
  onTestFinished(() => rmSync(home.directory, { recursive: true, force: true }));
  return home;
}

/** The same for as long as who made it needs it. */
export function makeStandingHome(policy: string): Home {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'msr-test-')));
  const write = (name: string, text: string, mode = 0o600): string => {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode });
    return path;
  };
  return { directory, policy: write('config/policy.yaml', policy), write };
}
