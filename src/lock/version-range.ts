import { compareVersions } from './package-id.ts';

/**
 * Whether a range certainly leaves a version out. Of what npm's ranges can say, this reads what packages write of Node.js:
 * `>=18`, `^20.19 || >=22.12`, `18.x`, `>=18 <23`, `~20.1`, `18 - 22`. Of all else it says no, for nothing is refused by it.
 */
export function excludes(range: string, version: string): boolean {
  const alternatives = range.split('||').map((part) => readAlternative(part.trim()));
  return alternatives.every((bounds) => bounds !== undefined && !bounds.every((isWithin) => isWithin(version)));
}

type Bound = (version: string) => boolean;

/** All of it must hold; undefined for what is not read here. */
function readAlternative(text: string): readonly Bound[] | undefined {
  const [, from, to] = /^(\S+)\s+-\s+(\S+)$/.exec(text) ?? [];
  const words = from === undefined ? text.replaceAll(/([<>=^~])\s+/g, '$1').split(/\s+/) : [`>=${from}`, `<=${to}`];
  const bounds = words.map(readComparator);
  return bounds.every((bound) => bound !== undefined) ? bounds : undefined;
}

function readComparator(word: string): Bound | undefined {
  if (word === '' || word === '*' || word === 'x') return () => true;
  const [, sign = '', major, minor, patch] =
    /^(>=|<=|>|<|=|\^|~)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?$/.exec(word) ?? [];
  if (major === undefined) return undefined;
  const numbers = [major, minor, patch].map((part) =>
    part === undefined || /[x*]/.test(part) ? undefined : Number(part),
  );
  const [first = 0, second, third] = numbers;
  const least = `${first}.${second ?? 0}.${third ?? 0}`;
  // The first version after all that the written parts admit: `18` admits up to 19, `18.1` up to 18.2.
  const after =
    second === undefined
      ? `${first + 1}.0.0`
      : third === undefined
        ? `${first}.${second + 1}.0`
        : `${first}.${second}.${third + 1}`;
  switch (sign) {
    case '>=':
      return isFrom(least);
    case '<':
      return isBefore(least);
    case '>':
      return isFrom(after);
    case '<=':
      return isBefore(after);
    case '^':
      return between(least, first > 0 ? `${first + 1}.0.0` : after);
    case '~':
      return between(least, second === undefined ? after : `${first}.${second + 1}.0`);
    default:
      return between(least, after);
  }
}

function isFrom(edge: string): Bound {
  return (version) => compareVersions(version, edge) >= 0;
}

function isBefore(edge: string): Bound {
  return (version) => compareVersions(version, edge) < 0;
}

function between(least: string, after: string): Bound {
  return (version) => compareVersions(version, least) >= 0 && compareVersions(version, after) < 0;
}
