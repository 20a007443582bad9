import type { Mount } from '../plan/plan.ts';
import type { Descriptor } from './spawn.ts';

/** Mounts that few plans have: what masks something, or is made for that. */
export type Masking = Extract<Mount, { kind: 'hidden' | 'absent' | 'shield' }>;

/** Those mounts as options of bubblewrap. Loaded where a plan has one. */
export type MaskOptions = typeof maskOptions;

export function maskOptions(mount: Masking, pass: (descriptor: Descriptor) => string): readonly string[] {
  switch (mount.kind) {
    case 'hidden':
      // A file says that it is closed; a directory is empty, for programs that walk through stop at one that is closed.
      return mount.of === 'file'
        ? ['--perms', '0000', '--ro-bind-data', pass({ kind: 'text', text: '' }), mount.path]
        : ['--perms', '0555', '--tmpfs', mount.path, '--remount-ro', mount.path];
    case 'absent':
      return [];
    case 'shield':
      return OUTSIDE_READ_ONLY;
  }
}

/**
 * Over the root that bubblewrap leaves behind, `/oldroot` while it builds, the same root, read-only with all that is
 * mounted in it: what a link may lead it to there, it cannot change. It goes with that root. One that would take the
 * path for a place in the sandbox finds nothing there to make read-only, and stops at the first of the two.
 */
const OUTSIDE_READ_ONLY = ['--remount-ro', '/../oldroot', '--ro-bind', '/', '/../oldroot'];
