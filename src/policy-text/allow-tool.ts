import { allow, deny, type Decision } from '../finding/decision.ts';
import { refusal, type Finding } from '../finding/finding.ts';
import { matchesName } from '../match/name-pattern.ts';
import { isRecord } from '../policy/json-checks.ts';
import type { Path } from './edit-yaml.ts';
import { inForce, type Edit, type Entry } from './entry-edit.ts';

/**
 * Every row that matches has a say, and the strictest wins: one that allows is of use only where no other narrows. A
 * tool that is asked for by a pattern is matched by a row that matches the pattern itself, read as a name.
 */
export function allowTool(entry: Entry, tool: string): Decision<Edit | 'already'> {
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
