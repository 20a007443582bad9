import { expect, test } from 'vitest';
import { WAITING } from '../../../src/lock/waiting.ts';
import { npmFault } from '../../../src/store/npm-fault.ts';

const SETTINGS = {
  ...{ registry: 'https://registry.example/', scopes: {}, proxy: undefined, ca: '', replacesAuthorities: false },
  ...{ signedIn: [], waiting: WAITING },
};
const SILENT =
  /^https:\/\/registry\.example\/ does not answer: of `npm:x@1\.0\.0` it sent nothing for 30 seconds, 3 times$/;
const HUNG_UP = 'request to https://registry.example/x failed, reason: socket hang up';

/** As npm 11 prints it. */
test.each<[code: string, summary: string, took: number, said: RegExp]>([
  ['ERR_SOCKET_TIMEOUT', 'Socket timeout', 95, SILENT],
  ['EIDLETIMEOUT', 'Idle timeout reached for host `registry.example`', 34, SILENT],
  ['ECONNRESET', HUNG_UP, 95, SILENT],
  ['ECONNRESET', HUNG_UP, 8, /cannot be reached: request to/],
  ['ECONNREFUSED', 'request to https://registry.example/x failed', 95, /cannot be reached: request to/],
])('%s, %j after %i seconds', (code, summary, took, said) => {
  const out = JSON.stringify({ error: { code, summary } });
  const run = { code: 1, signal: null, isTooLong: false, took, out, err: '', refused: [] };
  const finding = npmFault(run, 'npm:x@1.0.0', SETTINGS);
  expect(finding.message).toMatch(said);
  expect(finding.hint).not.toBe('');
});
