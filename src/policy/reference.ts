import { printable } from '../finding/printable.ts';
import { isNormal } from '../match/path.ts';

/** Where a secret is kept: plain data, JSON in and out. Never the secret. */
export type Reference =
  | { readonly provider: 'env'; readonly name: string }
  | { readonly provider: 'file'; readonly path: string }
  | { readonly provider: 'dotenv'; readonly path: string; readonly key: string }
  | { readonly provider: 'keyring'; readonly service: string; readonly account?: string }
  /** The whole of it, `op://…`, as `op read` takes it. */
  | { readonly provider: 'op'; readonly uri: string }
  | { readonly provider: 'bw'; readonly item: string; readonly field?: string }
  | { readonly provider: 'pass'; readonly name: string }
  | { readonly provider: 'vault'; readonly path: string; readonly key: string }
  /** The key is a way through the document, by `/`. */
  | { readonly provider: 'sops'; readonly path: string; readonly key: string }
  /** A name or an ARN; with a key, the secret is a JSON object. */
  | { readonly provider: 'aws-sm'; readonly id: string; readonly key?: string }
  | { readonly provider: 'gcp-sm'; readonly project: string; readonly secret: string; readonly version?: string }
  | { readonly provider: 'az-kv'; readonly vault: string; readonly name: string; readonly version?: string }
  | { readonly provider: 'cmd'; readonly argv: Argv };

/** A program by its absolute path, and its arguments. */
export type Argv = readonly [file: string, ...args: string[]];

export type Provider = Reference['provider'];

export type Parsed =
  | { readonly ok: true; readonly reference: Reference }
  | { readonly ok: false; readonly reason: string; readonly fix: string };

/**
 * Reads a reference as a policy writes it. What it says of a fault never repeats the text: who errs here may have
 * written the secret itself.
 *
 * What becomes an argument of a provider's tool never starts with a dash, and has no character that the tool would
 * take for something else: `file://` to `aws` and `@` to `az` are files to be read.
 */
export function parseReference(text: string): Parsed {
  const scheme = /^[a-z-]+(?=:)/.exec(text)?.[0] ?? '';
  const form = isScheme(scheme) ? FORMS[scheme] : undefined;
  if (!form) return fault('is no reference', `write one of ${Object.values(FORMS).map(quoted).join(', ')}`);
  if (printable(text) !== text || text !== text.trim())
    return fault(
      'has an invisible character in it, or a space at an end',
      'type it anew, without what came along when it was copied',
    );
  const reference = form.read(text.slice(scheme.length + 1));
  return reference ? { ok: true, reference } : fault(`does not read as ${quoted(form)}`, form.fix);
}

/** A program that prints the secret: only ever a list, for there is no shell to take a line apart. */
export function parseCommand(argv: readonly string[]): Parsed {
  const [file = '', ...args] = argv;
  if (!isNormal(file) || file === '/')
    return fault('does not start with the absolute path of a program', 'write `{ cmd: [/usr/bin/PROGRAM, ARGUMENT] }`');
  if (argv.some((word) => word === '' || printable(word) !== word))
    return fault('has an empty argument, or an invisible character in one', 'write each argument as visible text');
  return { ok: true, reference: { provider: 'cmd', argv: [file, ...args] } };
}

/** As the policy writes it. */
export function referenceText(reference: Reference): string {
  switch (reference.provider) {
    case 'env':
    case 'pass':
      return `${reference.provider}:${reference.name}`;
    case 'file':
      return `file:${reference.path}`;
    case 'dotenv':
    case 'vault':
    case 'sops':
      return `${reference.provider}:${reference.path}#${reference.key}`;
    case 'keyring':
      return `keyring:${reference.service}${after('/', reference.account)}`;
    case 'op':
      return reference.uri;
    case 'bw':
      return `bw:${reference.item}${after('#', reference.field)}`;
    case 'aws-sm':
      return `aws-sm:${reference.id}${after('#', reference.key)}`;
    case 'gcp-sm':
      return `gcp-sm:projects/${reference.project}/secrets/${reference.secret}${after('/versions/', reference.version)}`;
    case 'az-kv':
      return `az-kv:${reference.vault}/${reference.name}${after('/', reference.version)}`;
    case 'cmd':
      return `{ cmd: [${reference.argv.map((word) => JSON.stringify(word)).join(', ')}] }`;
  }
}

/** The file of this machine that it names, as written: absolute, below `~`, or relative to the policy's directory. */
export function pathOf(reference: Reference): string | undefined {
  return isOfFile(reference) ? reference.path : undefined;
}

/** The same in the file at `path`; unchanged where it names none. */
export function withPath(reference: Reference, path: string): Reference {
  return isOfFile(reference) ? { ...reference, path } : reference;
}

function isOfFile(reference: Reference): reference is Extract<Reference, { provider: 'file' | 'dotenv' | 'sops' }> {
  return ['file', 'dotenv', 'sops'].includes(reference.provider);
}

interface Form {
  readonly form: string;
  readonly fix: string;
  /** What stands after `SCHEME:`; undefined where it does not read so. */
  readonly read: (rest: string) => Reference | undefined;
}

type Scheme = Exclude<Provider, 'cmd'>;

const A_PATH = 'write the path from `/`, from `~/`, or from the policy’s directory, without `..`';

const FORMS: Readonly<Record<Scheme, Form>> = {
  env: {
    form: 'env:NAME',
    fix: 'name a variable: letters, digits and `_`',
    read: (name) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? { provider: 'env', name } : undefined),
  },
  file: {
    form: 'file:PATH',
    fix: A_PATH,
    read: (path) => (isPath(path) ? { provider: 'file', path } : undefined),
  },
  dotenv: {
    form: 'dotenv:PATH#NAME',
    fix: `${A_PATH}, and after \`#\` the variable in the file`,
    read: (rest) => {
      const [path, key] = splitKey(rest);
      return isPath(path) && /^[\w.-]+$/.test(key ?? '') ? { provider: 'dotenv', path, key: key ?? '' } : undefined;
    },
  },
  keyring: {
    form: 'keyring:SERVICE[/ACCOUNT]',
    fix: 'write the service, and after `/` the account if it is not your own name',
    read: (rest) => {
      const [service = '', account, ...more] = rest.split('/');
      if (service === '' || account === '' || more.length > 0) return undefined;
      return { provider: 'keyring', service, ...(account !== undefined && { account }) };
    },
  },
  op: {
    form: 'op://VAULT/ITEM/[SECTION/]FIELD',
    fix: 'copy it in 1Password with “Copy Secret Reference”',
    read: (rest) =>
      /^\/\/[^/?#]+\/[^/?#]+\/(?:[^/?#]+\/)?[^/?#]+(?:\?[a-z-]+=[a-z0-9-]+)?$/.test(rest)
        ? { provider: 'op', uri: `op:${rest}` }
        : undefined,
  },
  bw: {
    form: 'bw:ITEM[#FIELD]',
    fix: 'write the item’s id or name, and after the last `#` its field if it is not the password',
    read: (rest) => {
      const [item, field] = splitKey(rest);
      return isArgument(item) && field !== '' ? { provider: 'bw', item, ...(field && { field }) } : undefined;
    },
  },
  pass: {
    form: 'pass:NAME',
    fix: 'write it as `pass ls` shows it, `work/github`',
    read: (name) => (isArgument(name) && isRelative(name) ? { provider: 'pass', name } : undefined),
  },
  vault: {
    form: 'vault:PATH#KEY',
    fix: 'write the path as `vault kv get` takes it, `secret/crm`, and after `#` the key in it',
    read: (rest) => {
      const [path, key] = splitKey(rest);
      return isArgument(path) && isRelative(path) && key ? { provider: 'vault', path, key } : undefined;
    },
  },
  sops: {
    form: 'sops:PATH#KEY',
    fix: `${A_PATH}, and after \`#\` the key in the file, \`github/token\` for one in another`,
    read: (rest) => {
      const [path, key] = splitKey(rest);
      return isPath(path) && /^[^/"'[\]\\]+(?:\/[^/"'[\]\\]+)*$/.test(key ?? '')
        ? { provider: 'sops', path, key: key ?? '' }
        : undefined;
    },
  },
  'aws-sm': {
    form: 'aws-sm:ID[#KEY]',
    fix: 'write the secret’s name or ARN, and after `#` the key if it holds a JSON object',
    read: (rest) => {
      const [id, key] = splitKey(rest);
      const isId = /^(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[\w/+=.@!][\w/+=.@!-]*$/.test(id);
      return isId && key !== '' ? { provider: 'aws-sm', id, ...(key && { key }) } : undefined;
    },
  },
  'gcp-sm': {
    form: 'gcp-sm:projects/PROJECT/secrets/NAME[/versions/VERSION]',
    fix: 'copy the resource name of the secret, or of one of its versions',
    read: (rest) => {
      const [, project, secret, version] =
        /^projects\/([a-z0-9][a-z0-9:.-]*)\/secrets\/(\w[\w-]*)(?:\/versions\/([a-z0-9][\w-]*))?$/.exec(rest) ?? [];
      return project && secret ? { provider: 'gcp-sm', project, secret, ...(version && { version }) } : undefined;
    },
  },
  'az-kv': {
    form: 'az-kv:VAULT/NAME[/VERSION]',
    fix: 'write the vault’s name, not its address, the secret’s, and its version if it is not the newest',
    read: (rest) => {
      const [, vault, name, version] =
        /^([A-Za-z][A-Za-z0-9-]{2,23})\/([A-Za-z0-9][A-Za-z0-9-]{0,126})(?:\/([0-9a-f]{32}))?$/.exec(rest) ?? [];
      return vault && name ? { provider: 'az-kv', vault, name, ...(version && { version }) } : undefined;
    },
  },
};

function isScheme(text: string): text is Scheme {
  return Object.hasOwn(FORMS, text);
}

function quoted({ form }: Form): string {
  return `\`${form}\``;
}

/** A file’s: `~ann/x` is no home of ours, and what `..` leads to depends on links. */
function isPath(path: string): boolean {
  return isNormal(path)
    ? path !== '/'
    : /^(?:~\/|\.\/)?(?!~)./.test(path) && isRelative(path.replace(/^(?:~|\.)\//, ''));
}

/** Names one below the other. */
function isRelative(path: string): boolean {
  return path !== '' && isNormal(`/${path}`);
}

function isArgument(text: string): boolean {
  return text !== '' && !text.startsWith('-');
}

/** What stands after the last `#` is undefined where there is none. */
function splitKey(text: string): [before: string, key: string | undefined] {
  const at = text.lastIndexOf('#');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function after(separator: string, text: string | undefined): string {
  return text === undefined ? '' : separator + text;
}

function fault(reason: string, fix: string): Parsed {
  return { ok: false, reason, fix };
}
