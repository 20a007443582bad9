import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { isRecord } from '../policy/json-checks.ts';
import type { Path } from './edit-yaml.ts';
import { append, inForce, listIn, type Edit, type Entry } from './entry-edit.ts';

/** A variable as the client has it. */
export function passVariable(entry: Entry, asked: string): Decision<Edit | 'already'> {
  const name = asked.replace(/\?$/, '');
  for (const key of ['env', 'secrets']) {
    const { value, path } = inForce(entry, [key]);
    if (isRecord(value) && Object.hasOwn(value, name))
      return deny(writtenTwice(entry, key, name, [...path, name], 'if the client’s value is to be passed'));
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

/** A variable from where a secret is kept. One that has a value from elsewhere is left to a person. */
export function giveSecret(entry: Entry, name: string, reference: string): Decision<Edit | 'already'> {
  const env = inForce(entry, ['env']);
  if (isRecord(env.value) && Object.hasOwn(env.value, name))
    return deny(writtenTwice(entry, 'env', name, [...env.path, name], FROM_STORE));
  const pass = inForce(entry, ['pass']);
  const passed = listIn(pass.value).findIndex((item) => namesIn(item).includes(name));
  if (passed !== -1) return deny(writtenTwice(entry, 'pass', name, [...pass.path, passed], FROM_STORE));

  const { value, path } = inForce(entry, ['secrets']);
  const given = isRecord(value) ? value : {};
  if (Object.hasOwn(given, name)) {
    if (given[name] === reference) return allow('already');
    return deny(writtenTwice(entry, 'secrets', name, [...path, name], FROM_STORE));
  }
  const own = ['servers', entry.id, 'secrets'];
  if (path[0] === 'defaults' && isRecord(value)) return allow({ path: own, value: { ...given, [name]: reference } });
  return allow({ path: [...own, name], value: reference });
}

const FROM_STORE = 'if it is to come from another place';

/** Of an item of `pass`: the variables that it passes. */
function namesIn(item: unknown): readonly string[] {
  const names = isRecord(item) ? Object.keys(item) : typeof item === 'string' ? [item] : [];
  return names.map((one) => one.replace(/\?$/, ''));
}

function writtenTwice({ source, id }: Entry, key: string, name: string, path: Path, when: string): Finding {
  return refusal(
    'env-twice',
    `\`${id}\` has \`${name}\` from \`${key}\``,
    `remove it from \`${key}\` by hand ${when}`,
    source.locate(path, 'key'),
  );
}
