import { GNUPGHOME, type Tool } from '../tool.ts';

/** A file that sops encrypted. It lies where it may be read by anyone; what opens it is elsewhere. */
export const sops: Tool<'sops'> = {
  program: 'sops',
  // `--decrypt` is the older of its two forms, which every version knows.
  args: ({ path, key }) => [
    '--decrypt',
    '--extract',
    key
      .split('/')
      .map((name) => `["${name}"]`)
      .join(''),
    path,
  ],
  // Not SOPS_AGE_KEY_CMD or SOPS_GPG_EXEC: they name programs.
  variables: [
    { name: 'SOPS_AGE_KEY_FILE', isPath: true },
    { name: 'SOPS_AGE_KEY' },
    GNUPGHOME,
    { name: 'AWS_PROFILE' },
    { name: 'AWS_REGION' },
  ],
  goesOut: true,
  absent: /component .* not found|no such file/i,
  locked: /failed to get the data key|no identity matched|no secret key/i,
  unlock: ({ path }) => `\`sops --decrypt ${path}\` at a terminal says which key it wants`,
};
