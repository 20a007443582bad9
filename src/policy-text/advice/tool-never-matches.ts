import { warning, type Finding } from '../../finding/finding.ts';
import { matchesName } from '../../match/name-pattern.ts';
import type { ToolRow } from '../../policy/rules.ts';
import type { ParsedLayer } from '../parse-policy.ts';

/** A row that changes nothing: what it names, another row denies anyway. The strictest wins, whatever the order. */
export function adviseTools({ rules }: ParsedLayer): Finding[] {
  return rules.flatMap(({ id, tools = [] }) =>
    tools.flatMap((row) => {
      const other = tools.find((one) => one !== row && one.verdict === 'deny' && covers(one, row));
      if (!other || row.verdict === 'deny') return [];
      return [
        warning(
          'tool-never-matches',
          `\`${row.name}\` of \`${id}\` changes nothing: \`${other.name}\` denies all of it, and the strictest row wins`,
          `remove this row, or write the denied names one by one`,
          row.at,
          { message: 'denied here', place: other.at },
        ),
      ];
    }),
  );
}

/** Whether every name of one row is a name of the other: its pattern, read as a name, matches. */
function covers(wide: ToolRow, narrow: ToolRow): boolean {
  return matchesName(wide.name, narrow.name);
}
