import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import { admits, parseHostPattern } from '../match/host-pattern.ts';
import { isWithin } from '../match/path.ts';
import { isRecord } from '../policy/json-checks.ts';
import { allowTool } from './allow-tool.ts';
import { putInData, putInYaml, type Path } from './edit-yaml.ts';
import { append, inForce, listIn, valueAt, type Edit, type Entry } from './entry-edit.ts';
import { giveSecret, passVariable } from './give-variable.ts';
import { readSource } from './source.ts';
import { flowText } from './yaml-layout.ts';

/** What a server is to be allowed. A path is compared as it is written: `~/x` is not the absolute path of the same. */
export type Change =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'read' | 'write'; readonly path: string }
  | { readonly kind: 'tool'; readonly tool: string }
  | { readonly kind: 'env'; readonly name: string }
  /** A variable, and where its value is kept, as a policy writes it. */
  | { readonly kind: 'secret'; readonly name: string; readonly reference: string };

export interface Proposal {
  /** The policy with the change, and all else as it was: comments, order, quotes, layout. */
  readonly text: string;
  /** The policy says so now: the text is the same. */
  readonly already: boolean;
  /** Until now every tool that the server lists was allowed; with its first row, each that no row names is denied. */
  readonly narrows?: true;
}

/**
 * The edit of a policy's text that allows a server one thing more.
 *
 * What comes back has been read again and says what the old text said with exactly this change; a text of which that
 * is not so is never proposed. Whether the policy is valid with it is for its reader to say.
 */
export function propose(file: string, text: string, server: string, change: Change): Decision<Proposal> {
  const source = readSource(file, text);
  if (!source.allowed) return source;
  const entry: Entry = { source: source.granted, id: server };
  if (valueAt(entry.source.value, ['servers', server]) === undefined) return deny(unknownServer(entry));

  const decision = decideEdit(entry, change);
  if (!decision.allowed) return decision;
  const edit = decision.granted;
  if (edit === 'already') return allow({ text, already: true });

  const edited = putInYaml(text, edit.path, edit.value);
  const expected = putInData(entry.source.value, edit.path, edit.value);
  if (edited === undefined || !says(file, edited, expected)) return deny(impossible(entry, change, edit.path));
  return allow({ text: edited, already: false, ...(edit.narrows && { narrows: true }) });
}

function decideEdit(entry: Entry, change: Change): Decision<Edit | 'already'> {
  switch (change.kind) {
    case 'host': {
      const { value } = inForce(entry, ['network']);
      const isListed =
        value === 'any' || listIn(value).some((host) => typeof host === 'string' && covers(host, change.host));
      return allow(isListed ? 'already' : append(entry, ['network'], change.host));
    }
    case 'read':
    case 'write': {
      const modes = change.kind === 'read' ? ['read', 'write'] : ['write'];
      const roots = modes.flatMap((mode) => listIn(inForce(entry, ['files', mode]).value));
      const isListed = roots.some((root) => typeof root === 'string' && isWithin(change.path, root));
      return allow(isListed ? 'already' : append(entry, ['files', change.kind], change.path));
    }
    case 'tool':
      return allowTool(entry, change.tool);
    case 'env':
      return passVariable(entry, change.name);
    case 'secret':
      return giveSecret(entry, change.name, change.reference);
  }
}

/** Whether an entry of `network` admits all that another one does. */
function covers(entry: string, asked: string): boolean {
  const [wide, narrow] = [parseHostPattern(entry), parseHostPattern(asked)];
  if (!wide || !narrow) return entry === asked;
  const isTheSame = wide.kind === narrow.kind && wide.name === narrow.name && wide.port === narrow.port;
  const reaches = wide.kind === 'domain' || wide.kind === 'below';
  const isOne = narrow.kind === 'name' || narrow.kind === 'address';
  return isTheSame || ((reaches || isOne) && admits(wide, narrow.name, narrow.port));
}

function unknownServer({ source, id }: Entry): Finding {
  const servers = valueAt(source.value, ['servers']);
  const ids = isRecord(servers) ? Object.keys(servers) : [];
  const near = suggest(id, ids);
  const known = ids.length > 0 ? `it has ${ids.map((other) => `\`${other}\``).join(', ')}` : 'it has no servers';
  return refusal(
    'server-unknown',
    `${source.file} has no server \`${id}\``,
    near ? `did you mean \`${near}\`?` : known,
  );
}

function impossible({ source, id }: Entry, change: Change, path: Path): Finding {
  return refusal(
    'edit-impossible',
    'there is no safe way to write this into the text as it is laid out',
    `${byHand(change)} of \`${id}\``,
    source.locate(path, 'key'),
  );
}

function byHand(change: Change): string {
  switch (change.kind) {
    case 'host':
      return `write \`- ${asWritten(change.host)}\` below \`network\``;
    case 'read':
    case 'write':
      return `write \`- ${asWritten(change.path)}\` below \`files.${change.kind}\``;
    case 'tool':
      return `write \`${asWritten(change.tool)}: allow\` below \`tools\``;
    case 'env':
      return `write \`- ${asWritten(change.name)}\` below \`pass\``;
    case 'secret':
      return `write \`${asWritten(change.name)}: ${asWritten(change.reference)}\` below \`secrets\``;
  }
}

const asWritten = (value: string): string => flowText(value, { isJson: false, isTight: false });

/** Whether a text, read again, is this and nothing else, to the order of its keys. */
function says(file: string, text: string, expected: unknown): boolean {
  const source = readSource(file, text);
  return source.allowed && isSame(source.granted.value, expected);
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return Object.is(one, other);
  const [entries, others] = [Object.entries(one), Object.entries(other)];
  if (Array.isArray(one) !== Array.isArray(other) || entries.length !== others.length) return false;
  return entries.every(([key, value], index) => others[index]?.[0] === key && isSame(value, others[index][1]));
}
