import { expect, test } from 'vitest';
import { mountsOverProc } from '../../../src/host/container.ts';

const PROC = '22 27 0:21 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw';

test.each<[title: string, lines: readonly string[], points: readonly string[]]>([
  ['a machine of its own hides nothing', [PROC], []],
  [
    'what Docker mounts over it does',
    [
      PROC,
      '812 790 0:88 /bus /proc/bus ro,nosuid,nodev,noexec,relatime - proc proc rw',
      '813 790 0:88 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw',
      '814 790 0:93 / /proc/acpi ro,relatime - tmpfs tmpfs ro',
      '815 790 0:89 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755',
    ],
    ['/proc/bus', '/proc/sys', '/proc/acpi', '/proc/kcore'],
  ],
  [
    'what is mounted where the kernel left room for it does not',
    [
      PROC,
      '41 22 0:35 / /proc/sys/fs/binfmt_misc rw,relatime shared:15 - autofs systemd-1 rw,fd=29',
      '99 41 0:60 / /proc/sys/fs/binfmt_misc rw,nosuid shared:210 - binfmt_misc binfmt_misc rw',
    ],
    [],
  ],
  ['a place mounted over twice is named once', ['1 2 0:1 / /proc/bus - a', '2 1 0:1 / /proc/bus - a'], ['/proc/bus']],
  ['another mount is none of it', ['23 27 0:22 / /process rw - tmpfs tmpfs rw', ''], []],
])('%s', (_title, lines, points) => {
  expect(mountsOverProc(`${lines.join('\n')}\n`)).toEqual(points);
});
