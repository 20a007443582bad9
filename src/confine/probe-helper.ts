import { limited, passes, type Probe } from '../finding/probe.ts';

/** Whether the native helper was built; `path` is where it lies. Only Linux has a use for it. */
export function probeHelper(platform: string, path: string | undefined): readonly Probe[] {
  if (platform !== 'linux') return [];
  const name = 'native helper';
  return [
    path === undefined
      ? limited(
          name,
          'was not built: hosts in `network` are refused, all else works',
          '`sudo apt install gcc`, then build again: `npm run build`',
          'helper-missing',
        )
      : passes(name, path),
  ];
}
