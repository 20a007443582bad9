import { refusal, type Finding, type Place } from '../finding/finding.ts';
import type { TreeFault } from './verify-tree.ts';

/** Why a tree of the store is not what is locked, in words. */
export function treeFinding(fault: TreeFault, identity: string, at: Place | undefined): Finding {
  const name = `\`${identity}\``;
  switch (fault.kind) {
    case 'missing':
      return refusal(
        'store-missing',
        `${name} is locked, and not in the store of this account`,
        '`mcp-secure-run lock` installs what is locked',
        at,
      );
    case 'custody':
      return refusal(
        'package-changed',
        `${fault.path}, where ${name} is kept, could be changed by another account, or is no plain directory`,
        `look at it: \`namei -l ${fault.path}\``,
        at,
      );
    case 'unreadable':
      return refusal(
        'package-changed',
        `${name} cannot be read in ${fault.path} (${fault.code})`,
        `look at it: \`namei -l ${fault.path}\``,
        at,
      );
    case 'manifest':
      return refusal(
        'package-changed',
        `${fault.path}, which says what ${name} consists of, is not what was locked`,
        'find out who changed it; `mcp-secure-run lock` installs it anew',
        at,
      );
    case 'changed':
      return refusal(
        'package-changed',
        `\`${fault.path}\` of ${name} ${HOW[fault.how]}`,
        'find out who changed it; `mcp-secure-run lock` installs it anew',
        at,
      );
  }
}

const HOW = {
  content: 'is not the file that was locked',
  gone: 'is gone since it was locked',
  kind: 'is another kind of file than was locked',
  mode: 'has other rights than when it was locked',
  added: 'has something in it that was not locked',
};
