import type { Tool } from '../tool.ts';

/** AWS Secrets Manager. */
export const awsSm: Tool<'aws-sm'> = {
  program: 'aws',
  args: ({ id }) => {
    const region = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(id)?.[1];
    return [
      ...['secretsmanager', 'get-secret-value', `--secret-id=${id}`, '--output', 'json'],
      ...(region === undefined ? [] : ['--region', region]), // it does not look into the ARN for it
    ];
  },
  // Not AWS_CONFIG_FILE, where `credential_process` names a program, and no address of another endpoint.
  variables: ['PROFILE', 'REGION', 'DEFAULT_REGION', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'SESSION_TOKEN'].map(
    (name) => ({ name: `AWS_${name}` }),
  ),
  goesOut: true,
  env: { AWS_PAGER: '' },
  pick: (output, { key }) => {
    const answer: { readonly SecretString?: unknown } = JSON.parse(output);
    if (typeof answer.SecretString !== 'string') return undefined; // a binary one
    return key === undefined ? answer.SecretString : textIn(JSON.parse(answer.SecretString), key);
  },
  absent: /ResourceNotFoundException/,
  locked: /unable to locate credentials|expired|aws (?:sso )?login|InvalidClientTokenId|UnrecognizedClientException/i,
  unlock: () => '`aws sso login`, or `aws configure`',
};

function textIn(secret: unknown, key: string): string | undefined {
  if (typeof secret !== 'object' || secret === null || !Object.hasOwn(secret, key)) return undefined;
  const value: unknown = Object.entries(secret).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : undefined;
}
