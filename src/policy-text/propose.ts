import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { suggest } from '../finding/suggest.ts';
import { admits, parseHostPattern } from '../match/host-pattern.ts';
import { matchesName } from '../match/name-pattern.ts';
import { isWithin } from '../match/path.ts';
import { putInData, putInYaml, type Path } from './edit-yaml.ts';
import { readSource, type Source } from './source.ts';
import { flowText, isRecord } from './yaml-layout.ts';

/** What a server is to be allowed. A path is compared as it is written: `~/x` is not the absolute path of the same. */
export type Change =
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'read' | 'write'; readonly path: string }
  | { readonly kind: 'tool'; readonly tool: string }
  | { readonly kind: 'env'; readonly name: string };

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

interface Entry {
  readonly source: Source;
  readonly id: string;
}

/** A value for a path where there is none, or for the index after a list's last item. */
interface Edit {
  readonly path: Path;
  readonly value: unknown;
  readonly narrows?: true;
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
      return decideTool(entry, change.tool);
    case 'env':
      return decideVariable(entry, change.name);
  }
}

/** What the entry says of a key, or what `defaults` says for it, and where. */
function inForce({ source, id }: Entry, keys: readonly string[]): { value: unknown; path: Path } {
  const path = ['servers', id, ...keys];
  const own = valueAt(source.value, path);
  if (own !== undefined && own !== null) return { value: own, path };
  return { value: valueAt(source.value, ['defaults', ...keys]), path: ['defaults', ...keys] };
}

/** To the entry's own list. One that it has from `defaults` is copied first: a key of its own replaces that. */
function append(entry: Entry, keys: readonly string[], item: unknown): Edit {
  const path = ['servers', entry.id, ...keys];
  const list = inForce(entry, keys);
  const given = listIn(list.value);
  if (given.length > 0 && list.path[0] === 'defaults') return { path, value: [...given, item] };
  return { path: [...path, given.length], value: item };
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

/**
 * Every row that matches has a say, and the strictest wins: one that allows is of use only where no other narrows. A
 * tool that is asked for by a pattern is matched by a row that matches the pattern itself, read as a name.
 */
function decideTool(entry: Entry, tool: string): Decision<Edit | 'already'> {
  const { value, path } = inForce(entry, ['tools']);
  const rows = isRecord(value) ? Object.entries(value).filter(([name]) => matchesName(name, tool)) : [];
  const strictest = rows.find(([, row]) => row === 'deny') ?? rows.find(([, row]) => row !== 'allow');
  if (strictest) return deny(rowAgainst(entry, strictest[0], strictest[1] === 'deny', tool, path));
  if (rows.length > 0) return allow('already');

  const own = ['servers', entry.id, 'tools'];
  if (isRecord(value) && path[0] === 'defaults') return allow({ path: own, value: { ...value, [tool]: 'allow' } });
  return allow({ path: [...own, tool], value: 'allow', ...(value === undefined && { narrows: true }) });
}

function rowAgainst({ source }: Entry, row: string, denies: boolean, tool: string, path: Path): Finding {
  const at = source.locate([...path, row], 'key');
  const name = row === tool ? 'this row' : `the row \`${row}\``;
  const hint = 'change this row by hand: of all rows that match, the strictest wins';
  return denies
    ? refusal('tool-denied', `${name} denies \`${tool}\``, hint, at)
    : refusal('edit-impossible', `${name} allows \`${tool}\` on conditions`, hint, at);
}

function decideVariable(entry: Entry, asked: string): Decision<Edit | 'already'> {
  const name = asked.replace(/\?$/, '');
  for (const key of ['env', 'secrets']) {
    const { value, path } = inForce(entry, [key]);
    if (isRecord(value) && Object.hasOwn(value, name)) return deny(writtenTwice(entry, key, name, path));
  }
  const { value, path } = inForce(entry, ['pass']);
  const passed = listIn(value);
  if (passed.includes(name) || passed.includes(`${name}?`)) return allow('already');
  const judged = passed.findIndex(
    (item) => isRecord(item) && (Object.hasOwn(item, name) || Object.hasOwn(item, `${name}?`)),
  );
  if (judged === -1) return allow(append(entry, ['pass'], asked));
  return deny(
    refusal(
      'edit-impossible',
      `\`${name}\` is passed only with a value that this entry admits`,
      `change this entry by hand, to \`${name}\` alone if any value will do`,
      entry.source.locate([...path, judged], 'value'),
    ),
  );
}

function writtenTwice({ source, id }: Entry, key: string, name: string, path: Path): Finding {
  return refusal(
    'env-twice',
    `\`${id}\` has \`${name}\` from \`${key}\``,
    `remove it from \`${key}\` by hand if the client’s value is to be passed`,
    source.locate([...path, name], 'key'),
  );
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

function valueAt(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined) return value;
  return isRecord(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest) : undefined;
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
