/**
 * Whether `Requires-Python` certainly leaves out a minor version of Python 3, `11` for 3.11. Of what PEP 440 can say, this
 * reads comparisons with 3 or 3.N, with or without a patch version; of all else it says no, for it is only told.
 */
export function excludesPython(range: string, minor: number): boolean {
  return range.split(',').some((part) => {
    const [, sign = '', edge, patch] = /^(>=|<=|>|<|==|!=|~=)\s*3(?:\.(\d+))?(\.(?:\d+|\*))?$/.exec(part.trim()) ?? [];
    if (sign === '') return false;
    const at = Number(edge ?? 0);
    const isWhole = edge === undefined || patch === undefined || patch === '.0' || patch === '.*';
    switch (sign) {
      case '>=':
        return minor < at;
      case '>':
        return edge !== undefined && minor < at;
      case '<':
        return edge === undefined || (isWhole ? minor >= at : minor > at);
      case '<=':
        return edge === undefined ? minor > 0 : minor > at;
      case '==':
        return edge !== undefined && minor !== at;
      case '~=':
        return edge !== undefined && (patch === undefined ? minor < at : minor !== at);
      default: // !=
        return patch === '.*' && minor === at;
    }
  });
}
