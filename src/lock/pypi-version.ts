/**
 * Which of two public versions is the later one, PEP 440; as `toSorted` takes it. Both are written as a policy has them:
 * what is no such version is no later than any other.
 */
export function comparePypiVersions(one: string, other: string): number {
  const [a, b] = [read(one), read(other)];
  if (!a || !b) return Number(a !== undefined) - Number(b !== undefined);
  return compareNumbers([a.epoch], [b.epoch]) || compareNumbers(a.release, b.release) || compareNumbers(a.rest, b.rest);
}

/** One that comes before a release: `a`, `b`, `rc`, `.dev`. */
export function isPypiPrerelease(version: string): boolean {
  return /[a-z]\d+$/.test(version.replace(/\.post\d+(?=$|\.dev)/, ''));
}

/**
 * Whether a version is among those that `>=1.4,<2` means, as PEP 440 has it; `latest` and `1.*` are what uvx is given. Of
 * what is not read here nothing is said: undefined.
 */
export function admitsPypiVersion(wanted: string, version: string): boolean | undefined {
  if (wanted === 'latest') return true;
  const clauses = wanted.split(',').map((clause) => clause.trim());
  // A comma may end them.
  const answers = clauses.filter((clause) => clause !== '').map((clause) => admitsBy(clause, version));
  return answers.length === 0 || answers.includes(undefined) ? undefined : answers.every(Boolean);
}

function admitsBy(clause: string, version: string): boolean | undefined {
  const [, sign = '', edge = '', star] = /^(~=|==|!=|<=|>=|<|>|)\s*([\w!.]*?)(\.\*)?$/.exec(clause) ?? [];
  const at = read(edge);
  if (!at) return undefined;
  const order = comparePypiVersions(version, edge);
  if (star !== undefined) {
    if (isSuffixed(edge)) return undefined;
    if (sign === '!=') return !startsWith(version, edge);
    return sign === '==' || sign === '' ? startsWith(version, edge) : undefined;
  }
  switch (sign) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>': // `>1.0` does not mean 1.0.post1, nor `<2.0` what comes before 2.0
      return order > 0 && (isPost(edge) || !isPost(version) || baseOf(version) !== baseOf(edge));
    case '<':
      return order < 0 && (isPypiPrerelease(edge) || !isPypiPrerelease(version) || baseOf(version) !== baseOf(edge));
    case '~=':
      return at.release.length < 2 ? undefined : order >= 0 && startsWith(version, withoutLast(edge));
    default:
      return undefined;
  }
}

const isPost = (version: string): boolean => version.includes('.post');
const isSuffixed = (version: string): boolean => /[a-z]/.test(version);

function startsWith(version: string, prefix: string): boolean {
  const [all, first] = [read(version), read(prefix)];
  if (!all || !first || all.epoch !== first.epoch) return false;
  return first.release.every((part, index) => part === (all.release[index] ?? 0n));
}

function withoutLast(version: string): string {
  return version.replace(/(?:a|b|rc|\.post|\.dev)\d.*$/, '').replace(/\.\d+$/, '');
}

/** Epoch and release, in one spelling. */
function baseOf(version: string): string {
  const { epoch = 0n, release = [] } = read(version) ?? {};
  return `${epoch}!${release.join('.').replace(/(?:\.0)+$/, '')}`;
}

interface Version {
  readonly epoch: bigint;
  readonly release: readonly bigint[];
  /** What comes before and after a release, each with its rank: as numbers, in the order in which they count. */
  readonly rest: readonly bigint[];
}

function read(version: string): Version | undefined {
  const found = VERSION.exec(version);
  if (!found) return undefined;
  const [, epoch = '0', release = '0', letter, pre = '0', post, dev] = found;
  const isOnlyDev = letter === undefined && post === undefined && dev !== undefined;
  const rank = letter === undefined ? (isOnlyDev ? -1 : 3) : ['a', 'b', 'rc'].indexOf(letter);
  return {
    epoch: BigInt(epoch),
    release: release.split('.').map(BigInt),
    rest: [
      ...[BigInt(rank), BigInt(pre)],
      ...(post === undefined ? [0n, 0n] : [1n, BigInt(post)]),
      ...(dev === undefined ? [1n, 0n] : [0n, BigInt(dev)]),
    ],
  };
}

const VERSION = /^(?:(\d+)!)?(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?$/;

/** From the left; what is not there is a zero. */
function compareNumbers(one: readonly bigint[], other: readonly bigint[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const [a, b] = [one[index] ?? 0n, other[index] ?? 0n];
    if (a !== b) return a < b ? -1 : 1;
  }
  return 0;
}
