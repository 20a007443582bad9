import { expect, test } from 'vitest';
import { readIndexAnswer, versionsIn } from '../../../src/lock/simple-index.ts';

const wheel = (version: string, more: object = {}) => ({
  ...{ file: `Crm_MCP-${version}-py3-none-any.whl`, version, uploaded: '2026-01-02T03:04:05.000006Z', yanked: false },
  ...more,
});

const versions = (...wheels: readonly unknown[]): unknown => {
  const answer = readIndexAnswer(JSON.stringify({ wheels }), 'crm-mcp', 11);
  return answer && 'wheels' in answer ? versionsIn(answer.wheels) : answer;
};

test('of what an index lists, the versions are told with their days', () => {
  expect(versions(wheel('1.9'), wheel('1.10', { uploaded: null, requires: '>=3.9' }))).toEqual([
    { version: '1.9', published: '2026-01-02' },
    { version: '1.10', published: undefined },
  ]);
});

test.each<[title: string, more: object]>([
  ['what was taken back', { yanked: true }],
  ['what was taken back with a reason', { yanked: 'broken' }],
  ['what is for another Python', { requires: '>=3.12' }],
  ['a file of another package', { file: 'left-1.9-py3-none-any.whl' }],
  ['what is no wheel', { file: 'crm_mcp-1.9.tar.gz' }],
  ['what is a path', { file: '../crm_mcp-1.9-py3-none-any.whl' }],
  ['a version that no policy can write', { version: '1.9+cpu' }],
])('%s is no version to be offered', (_title, more) => {
  expect(versions(wheel('1.9', more), wheel('1.8'), 'what', null)).toMatchObject([{ version: '1.8' }]);
});

test.each([
  ['a wheel that came later', '2026-05-06T00:00:00Z', '2026-05-06'],
  ['one that came before', '2025-05-06T00:00:00Z', '2026-01-02'],
  ['one that came nobody knows when', undefined, undefined],
  ['one whose day is none', 'yesterday', undefined],
])('with %s, a version is as old as its youngest wheel', (_title, uploaded, published) => {
  const later = wheel('1.9', { file: 'crm_mcp-1.9-cp311-cp311-linux_x86_64.whl', uploaded });
  expect(versions(wheel('1.9'), later)).toEqual([{ version: '1.9', published }]);
  expect(versions(later, wheel('1.9'))).toEqual([{ version: '1.9', published }]);
});

test('what an index speaks in place of JSON is told, and what cannot be read is none', () => {
  expect(readIndexAnswer('{"speaks":"text/html"}', 'crm-mcp', 11)).toEqual({ speaks: 'text/html' });
  for (const text of ['', 'null', '[]', '{}', '{"wheels":{}}']) expect(readIndexAnswer(text, 'x', 11)).toBeUndefined();
});
