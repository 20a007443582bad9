import type { Contained } from '../confine/container.ts';
import { refusal, type Finding } from '../finding/finding.ts';

/** Why there is no container, from the tool's own words, with what to type next. */
export function whyNotCreated(words: string, { tool, image }: Pick<Contained, 'tool' | 'image'>): Finding {
  const last =
    words
      .trim()
      .split('\n')
      .filter((line) => line !== '' && !/^(?:See|Run) '/.test(line))
      .at(-1) ?? '';
  if (/image not known|No such image/.test(words)) {
    const message = `${tool} does not have the image \`${image}\``;
    return refusal('program-missing', message, `\`${tool} pull ${image}\``);
  }
  const known = KNOWN.find(({ says }) => says.test(words));
  return refusal(
    'launch-failed',
    `${tool} could not make the container: ${last === '' ? 'it said nothing' : last}`,
    known?.hint ?? `see whether \`${tool} run --rm ${image}\` works; nothing was started meanwhile`,
  );
}

const KNOWN: readonly { readonly says: RegExp; readonly hint: string }[] = [
  {
    says: /Cannot connect to the Docker daemon/,
    hint: 'start it: `sudo systemctl start docker`; it is asked at /var/run/docker.sock, whatever a context says',
  },
  {
    says: /permission denied.*docker\.sock|docker\.sock.*permission denied/s,
    hint: 'use podman, which needs no rights of root: `command: oci:…`, or `podman run …`',
  },
  {
    says: /container-init binary not found/,
    hint: 'install catatonit, which podman starts as the first process of a container',
  },
];
