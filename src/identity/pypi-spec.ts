import type { Package } from './npm-spec.ts';
import { misread, type Misread } from './reading.ts';

/** `NAME==EXACT`, and where `at` allows it `NAME@EXACT`: no extras, markers, addresses, files, ranges. */
export function readPypiSpec(spec: string, signs: readonly string[] = ['==']): Package | Misread {
  const [, written = '', sign = '', version = ''] = /^([^=@<>~!\s]*)(={2,3}|@|[<>~!]=?|)(.*)$/s.exec(spec) ?? [];
  if (!NAME.test(written) || FILE.test(written)) return misread('package-spec', noPackage(spec), hintFor(spec));
  const name = normalised(written);
  if (signs.includes(sign) && EXACT.test(version)) return { name, version };
  if (sign === '===' || (sign === '@' && !/^[\w.*-]*$/.test(version)) || /[^\w.*,<>=~!-]/.test(version))
    return misread('package-spec', noPackage(spec), hintFor(spec));
  const prefix = `${written}${signs[0] ?? '=='}`;
  const wanted = sign === '@' ? version : sign + version;
  return {
    ...misread(
      'package-floating',
      `\`${spec}\` names no exact version: what it runs can change each day`,
      `write the exact version: \`${prefix}1.2.3\``,
    ),
    floats: { kind: 'pypi', name, spec, prefix, ...(wanted && { wanted }) },
  };
}

/** One spelling for each name, as PEP 503 says. */
export function normalised(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Names of PEP 508, in ASCII. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const FILE = /\.(?:py|pyz|whl|zip|tar|gz|tgz)$/i;
/** Public versions of PEP 440 as it writes them itself: without `v`, leading zeros, upper case, local part. */
const EXACT = /^(?:[1-9]\d*!)?(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?$/;

function noPackage(spec: string): string {
  return `\`${spec}\` is no package of the index at one version`;
}

function hintFor(spec: string): string {
  return spec.includes('[')
    ? 'extras are further packages: write the package alone, `name==1.2.3`'
    : 'write the package as the index has it: `name==1.2.3`';
}
