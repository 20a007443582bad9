import { expect, test } from 'vitest';
import { WAITING } from '../../../src/lock/waiting.ts';
import { pipFault } from '../../../src/store/pip-fault.ts';

const PYTHON = { path: '/usr/bin/python3', real: '/usr/bin/python3.11', tag: 'cp311' };
const SETTINGS = { index: 'https://index.example/simple/', waiting: WAITING };
const RUN = { code: 1, signal: null, isTooLong: false, took: 1, out: '', refused: [] };

/** As pip 23 and 24 print it. */
test.each<[err: string, log: string, said: RegExp]>([
  ['/usr/bin/python3.11: No module named pip\n', '', /python3\.11 has no pip/],
  ['\nno such option: --report\n', '', /needs 22\.2 or newer/],
  [
    'ERROR: Could not find a version that satisfies the requirement x==1.0 (from versions: none)\nERROR: No matching distribution found for x==1.0\n',
    '  Could not fetch URL https://index.example/simple/x/: 404 Client Error: Not Found for url: https://index.example/simple/x/ - skipping',
    /^https:\/\/index\.example\/simple\/ has no `pypi:x==1\.0`$/,
  ],
  [
    'ERROR: No matching distribution found for y<2 (from x)\n',
    '  Skipping link: No binaries permitted for y: https://index.example/y-1.0-py3-none-any.whl',
    /has no `y<2`, which `pypi:x==1\.0` depends on$/,
  ],
  [
    'ERROR: Ignored the following versions that require a different python version: 0.9 Requires-Python <3; 1.0 Requires-Python >=3.13\nERROR: No matching distribution found for x==1.0\n',
    '',
    /^`pypi:x==1\.0` runs on Python >=3\.13, and/,
  ],
  [
    'ERROR: Ignored the following versions that require a different python version: 0.9 Requires-Python <3\nERROR: No matching distribution found for x==1.0\n',
    '  Skipping link: No sources permitted for x: https://index.example/files/x-1.0.1.tar.gz (from https://index.example/simple/x/)',
    /^https:\/\/index\.example\/simple\/ has no `pypi:x==1\.0`$/,
  ],
  [
    'ERROR: No matching distribution found for x==1.0\n',
    "  Skipping link: none of the wheel's tags (cp39-cp39-win_amd64) are compatible (run pip debug --verbose to show compatible tags): https://index.example/files/x-1.0-cp39-cp39-win_amd64.whl",
    /has no wheel for this platform and Python \(cp311\)/,
  ],
  [
    'ERROR: No matching distribution found for x==1.0\n',
    "  Could not fetch URL https://index.example/simple/x/: connection error: HTTPSConnectionPool(host='index.example', port=443): Max retries exceeded with url: /simple/x/ (Caused by ReadTimeoutError(\"HTTPSConnectionPool(host='index.example', port=443): Read timed out. (read timeout=30.0)\")) - skipping",
    /^https:\/\/index\.example\/simple\/ does not answer: of `pypi:x==1\.0` it sent nothing for 30 seconds, 3 times$/,
  ],
  [
    'ERROR: x has an invalid wheel, multiple .dist-info directories found: a, b\n',
    "  WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ReadTimeoutError(\"HTTPSConnectionPool(host='index.example', port=443): Read timed out. (read timeout=30.0)\")': /simple/x/",
    /a wheel that is none/, // the second time it came
  ],
  [
    'ERROR: Cannot install x==1.0 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/\n',
    '',
    /do not go together/,
  ],
  ['ERROR: x has an invalid wheel, multiple .dist-info directories found: a, b\n', '', /a wheel that is none/],
  ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n', '', /no room/],
  ['Traceback (most recent call last):\nValueError: \u001b[31mx\n', '', /pip says: Traceback/],
])('%j', (err, log, said) => {
  const finding = pipFault({ ...RUN, err }, log, 'pypi:x==1.0', PYTHON, SETTINGS);
  expect(finding.message).toMatch(said);
  expect(finding.message).not.toContain('\u001b');
  expect(finding.hint).not.toBe('');
});
