import { readWaiting, type Waiting } from './waiting.ts';

/** What of npm's configuration an installation goes by. */
export interface NpmConfig {
  /** Where packages come from that have no scope, or one that is not in `scopes`. */
  readonly registry: string;
  readonly scopes: Readonly<Record<string, string>>;
  /** The proxy of a company network. */
  readonly proxy: string | undefined;
  readonly noProxy: readonly string[];
  /** Certificates as text, and files with some: whom to trust in place of whom Node.js trusts. */
  readonly ca: readonly string[];
  readonly caFile: string | undefined;
  /** Of registries that a token or a password is kept for, `//registry.acme.test/npm/`. The secrets are not read. */
  readonly signedIn: readonly string[];
  readonly waiting: Waiting;
}

const NPM_REGISTRY = 'https://registry.npmjs.org/';

/**
 * Texts of npmrc files, the weakest first, as one configuration. What is not here has no say in what is installed:
 * script shells, options for Node.js, caches.
 */
export function readNpmConfig(texts: readonly string[]): NpmConfig {
  const all = new Map<string, string>();
  const ca: string[] = [];
  for (const text of texts) {
    const entries = parseNpmrc(text);
    if (entries.some(([key]) => key === 'ca' || key === 'ca[]')) ca.length = 0;
    for (const [key, value] of entries) {
      if (key === 'ca' || key === 'ca[]') ca.push(value.replaceAll(String.raw`\n`, '\n'));
      else all.set(key, value);
    }
  }
  const given = (...keys: readonly string[]): string | undefined =>
    keys.map((key) => all.get(key)).find((value) => value !== undefined && value !== '' && value !== 'null');
  const scopes = [...all].flatMap(([key, value]) => {
    const scope = /^(@[^:/]+):registry$/.exec(key)?.[1];
    return scope === undefined || value === '' ? [] : [[scope, withSlash(value)] as const];
  });
  return {
    registry: withSlash(given('registry') ?? NPM_REGISTRY),
    scopes: Object.fromEntries(scopes),
    proxy: given('https-proxy', 'https_proxy', 'proxy'),
    noProxy: (given('noproxy', 'no-proxy') ?? '').split(',').flatMap((one) => one.trim() || []),
    ca: ca.filter((one) => one !== '' && one !== 'null'),
    caFile: given('cafile'),
    signedIn: [...all.keys()].flatMap(
      (key) => /^(\/\/.*\/):(?:_auth|_authToken|_password|certfile)$/.exec(key)?.[1] ?? [],
    ),
    waiting: readWaiting(given('fetch-timeout'), 1000, given('fetch-retries')),
  };
}

/** npm's dialect of INI, as far as these keys need it: `key = value`, with quotes or without; comments by `#` and `;`. */
function parseNpmrc(text: string): (readonly [key: string, value: string])[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, key, value = ''] = /^\s*([^#;=[\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return key === undefined ? [] : [[unquoted(key), unquoted(value)] as const];
  });
}

function unquoted(text: string): string {
  return /^"(.*)"$/.exec(text)?.[1] ?? /^'(.*)'$/.exec(text)?.[1] ?? text.replace(/(?<!\\)[;#].*$/, '').trim();
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}

/** Whether npm goes to a host without its proxy: by whole labels from the right, as npm's own agent compares. */
export function isDirect(host: string, noProxy: readonly string[]): boolean {
  return noProxy.some((entry) => {
    const name = entry.replace(/^\./, '');
    return name !== '' && (host === name || host.endsWith(`.${name}`));
  });
}
