import type { Placed } from '../policy/policy.ts';
import type { Matcher } from '../match/matcher.ts';
import type { Example, ServerRules, ToolRow } from '../policy/rules.ts';
import { keyPlaceOf, placeOf, type Origin, type PlacedEntry } from './placed-entry.ts';
import type { ServerInput } from './schema-server.ts';

/** What an entry says of messages. */
export function parseRules({ id, input, origin }: PlacedEntry): ServerRules {
  return {
    id,
    ...(input.tools && { tools: toRows(input.tools, origin('tools')) }),
    examples: (['allow', 'deny'] as const).flatMap((expected) =>
      (input.examples?.[expected] ?? []).map((asked, index) =>
        toExample(expected, asked, origin('examples', expected), index),
      ),
    ),
  };
}

export function toRows(rows: NonNullable<ServerInput['tools']>, origin: Origin): ToolRow[] {
  return Object.entries(rows).map(([name, row]) => {
    const at = keyPlaceOf(origin, name);
    if (typeof row === 'string') return { name, at, verdict: row, conditions: [] };
    const named = Object.entries(row.arguments ?? {}).map(([argument, value]): [string, Placed<Matcher>] => [
      argument,
      { value, at: keyPlaceOf(origin, name, 'arguments', argument) },
    ]);
    const verdict = row.confirm === true ? 'confirm' : 'allow';
    const conditions = [
      ...(row.readOnly === true ? ['if the server says that it only reads'] : []),
      ...(row.calls === undefined ? [] : [`at most ${row.calls}`]),
    ];
    return { name, at, verdict, conditions, ...(row.arguments && { arguments: Object.fromEntries(named) }) };
  });
}

type ExampleInput = NonNullable<NonNullable<ServerInput['examples']>['allow']>[number];

function toExample(expected: Example['expected'], written: ExampleInput, origin: Origin, index: number): Example {
  const at = placeOf(origin, index);
  return Array.isArray(written)
    ? { expected, at, asked: { kind: 'arguments', args: written } }
    : { expected, at, asked: { kind: 'call', tool: written.tool, arguments: written.arguments ?? {} } };
}
