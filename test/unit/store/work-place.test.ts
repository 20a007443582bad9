import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { draftName, makeWorkPlace, removeStale } from '../../../src/store/work-place.ts';
import { isRoot } from '../../kit/account.ts';
import { makeHome } from '../../kit/home.ts';

test('what was left by who is gone is removed, and nothing else', () => {
  const { directory } = makeHome('');
  const parent = `${directory}/work`;
  mkdirSync(parent);
  const mine = draftName();
  const start = /-(\d+)-\d+$/.exec(mine)?.[1] ?? '';
  const { path } = makeWorkPlace(parent, undefined);
  const stays = [
    mine,
    'other',
    'mcp-secure-run-x',
    'mcp-secure-run-99999999',
    `mcp-secure-run-${process.pid}-${start}-x`,
  ];
  const goes = [
    'mcp-secure-run-99999999-1-x',
    '.mcp-secure-run-99999999-1-x',
    `.mcp-secure-run-${process.pid}-1${start}-x`, // a process that had the number of this one before
  ];
  for (const name of [...stays, ...goes]) mkdirSync(`${parent}/${name}/below`, { recursive: true });
  const others = 'mcp-secure-run-99999998-1-x';
  if (isRoot) {
    mkdirSync(`${parent}/${others}`);
    chownSync(`${parent}/${others}`, 65534, 65534);
  }
  removeStale(parent);
  const own = path.slice(path.lastIndexOf('/') + 1);
  expect(readdirSync(parent).toSorted()).toEqual([...stays, own, ...(isRoot ? [others] : [])].toSorted());
});
