import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An image with a shell, a directory `/open` that everyone may write, and nothing else, known to podman until {@link removeImage}. */
export interface TestImage {
  readonly name: string;
  /** With its digest. */
  readonly reference: string;
}

const TOOLS = ['sh', 'cat', 'env', 'grep', 'id', 'ls', 'mkdir', 'nc', 'ps', 'sleep', 'touch'];
const BUSYBOX = ['/usr/bin/busybox', '/bin/busybox'].find((path) => existsSync(path));

/** Runs podman as the tests' own account. */
export function podman(...args: readonly string[]): string {
  const { stdout, stderr, status, error } = spawnSync('/usr/bin/podman', args, { encoding: 'utf8', cwd: '/' });
  if (error || status !== 0) throw new Error(`podman ${args[0]}: ${error?.message ?? stderr}`);
  return stdout.trim();
}

/** Makes one, without any registry; or why that cannot be done here. */
export function makeImage(): TestImage | string {
  if (!existsSync('/usr/bin/podman')) return 'podman is not installed';
  if (!BUSYBOX) return 'busybox is not installed';
  const directory = mkdtempSync(join(tmpdir(), 'msr-image-'));
  const name = `localhost/mcp-secure-run-test-${process.pid}`;
  try {
    for (const one of ['bin', 'tmp', 'etc', 'open']) mkdirSync(join(directory, 'root', one), { recursive: true });
    for (const one of ['tmp', 'open']) chmodSync(join(directory, 'root', one), 0o1777);
    copyFileSync(BUSYBOX, join(directory, 'root/bin/busybox'));
    for (const tool of TOOLS) symlinkSync('busybox', join(directory, 'root/bin', tool));
    const archive = join(directory, 'image.tar');
    spawnSync('tar', ['-C', join(directory, 'root'), '-cf', archive, '.']);
    podman('import', '--quiet', archive, `${name}:1`);
    const reference = `${name}@${podman('image', 'inspect', '--format', '{{.Digest}}', `${name}:1`)}`;
    const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'];
    podman('run', '--rm', '--init', '--network=none', ...limits, reference, '/bin/sh', '-c', 'exit 0');
    return { name, reference };
  } catch (error) {
    return error instanceof Error ? error.message : 'podman does not work here';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function removeImage({ name }: TestImage): void {
  podman('image', 'rm', '--force', `${name}:1`);
}

/** Names of containers of ours that are there, whatever they are doing. */
export function containersOf(server: string): string[] {
  const filter = `label=mcp-secure-run.server=${server}`;
  return podman('ps', '--all', '--filter', filter, '--format', '{{.Names}}').split('\n').filter(Boolean);
}
