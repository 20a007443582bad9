import type { Tool } from '../tool.ts';

/** Google Cloud Secret Manager. */
export const gcpSm: Tool<'gcp-sm'> = {
  program: 'gcloud',
  args: ({ project, secret, version = 'latest' }) => [
    ...['secrets', 'versions', 'access', version],
    ...[`--secret=${secret}`, `--project=${project}`, '--quiet'],
  ],
  // Not CLOUDSDK_CONFIG or CLOUDSDK_PYTHON: they name code.
  variables: [{ name: 'CLOUDSDK_ACTIVE_CONFIG_NAME' }],
  goesOut: true,
  absent: /NOT_FOUND/,
  locked: /gcloud auth login|active account|reauthentication|invalid_grant|refreshing your current auth/i,
  unlock: () => '`gcloud auth login`',
};
