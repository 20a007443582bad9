import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/finding/decision.ts';
import { hostText } from '../../../src/match/covers-host.ts';
import { grantsHost, oneHost } from '../../../src/plan/granted-host.ts';
import { AUTHORITIES } from '../../../src/plan/sandbox-paths.ts';
import type { Host } from '../../../src/plan/host.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { resolve } from '../../../src/plan/resolve.ts';
import { ENGINES, granted, identsOf, layerOf, told } from '../../kit/decide.ts';
import { file, statedHost } from '../../kit/stated-host.ts';

const HOST = statedHost({ tree: { '/etc/ssl/acme.pem': file() } });
const MANAGED = '/etc/mcp-secure-run/policy.yaml';

interface Said {
  readonly managed?: unknown;
  readonly user: unknown;
  readonly ceiling?: unknown;
  readonly egress?: object;
}

const serverWith = (network: unknown): object => ({
  crm: { command: '/opt/acme/bin/crm', ...(network !== undefined && { network }) },
});

/** What `network` says in the managed entry, in the user's, and in a ceiling. */
function decide({ managed, user, ceiling, egress }: Said, host: Host = HOST): Decision<Plan> {
  const above = {
    version: 1,
    ...(managed !== undefined && { servers: serverWith(managed) }),
    ...(ceiling !== undefined && { ceiling: { command: ['/opt'], network: ceiling } }),
  };
  const own = layerOf(JSON.stringify({ version: 1, servers: serverWith(user), ...(egress && { egress }) }));
  const hasManaged = managed !== undefined || ceiling !== undefined;
  const layers = [...(hasManaged ? [layerOf(JSON.stringify(above), MANAGED, 'managed')] : []), own];
  return resolve({ kind: 'server', id: 'crm', args: [] }, { layers }, host, ENGINES);
}

const reaches = (plan: Plan, host: string): boolean => {
  const target = oneHost(host);
  const { network } = plan;
  return target !== undefined && network.mode === 'hosts' && network.rules.every((rule) => grantsHost(rule, target));
};

const HOSTS = [
  ...['a.example', 'b.a.example', 'c.b.a.example', 'xa.example', 'a.example:8443', 'a.example.evil', 'example'],
  ...['192.0.2.1', '8.8.8.8', '127.0.0.1', '[::1]', '[2001:4860:4860::8888]'],
];
const reached = (said: Said): string =>
  told(decide(said), (plan) => HOSTS.filter((host) => reaches(plan, host)).join(' ') || plan.network.mode);

const PUBLIC = 'a.example b.a.example c.b.a.example xa.example a.example:8443 a.example.evil example';

describe('what a server reaches', () => {
  test.each<[said: Said, expected: string]>([
    [{ user: undefined }, 'none'],
    [{ user: 'none' }, 'none'],
    [{ user: [] }, 'none'], // empty never means all
    [{ user: ['a.example'] }, 'a.example'],
    [{ user: ['A.Example.'] }, 'a.example'],
    [{ user: ['.a.example'] }, 'a.example b.a.example c.b.a.example'],
    [{ user: ['*.a.example'] }, 'b.a.example c.b.a.example'],
    [{ user: ['a.example:8443'] }, 'a.example:8443'],
    [{ user: ['192.0.2.1', '[::1]'] }, '192.0.2.1 [::1]'],
    [{ user: 'any' }, `${PUBLIC} 8.8.8.8 [2001:4860:4860::8888]`],
    // Every layer is asked.
    [{ managed: ['a.example'], user: ['a.example', 'example'] }, 'a.example'],
    [{ managed: ['.a.example'], user: ['b.a.example', 'xa.example'] }, 'b.a.example'],
    [{ managed: ['b.a.example'], user: ['.a.example'] }, 'b.a.example'],
    [{ managed: 'any', user: ['a.example', '127.0.0.1'] }, 'a.example'],
    [{ managed: ['a.example'], user: 'any' }, 'a.example'],
    [{ managed: 'none', user: ['a.example'] }, 'none'],
    [{ managed: ['a.example'], user: 'none' }, 'none'],
    [{ managed: [], user: 'any' }, 'none'],
    [{ managed: ['a.example'], user: ['example'] }, 'hosts'], // both grant something, and nothing in common
    // So is the ceiling; without `network` it grants none.
    [{ user: ['a.example', 'example'], ceiling: ['.a.example'] }, 'a.example'],
    [{ user: ['a.example'], ceiling: undefined, managed: ['a.example'] }, 'a.example'],
    [{ user: ['a.example'], ceiling: [] }, 'none'],
    [{ managed: 'any', user: 'any', ceiling: ['example'] }, 'example'],
  ])('%j: %s', (said, expected) => {
    expect(reached(said)).toBe(expected);
  });

  test('strictest wins, whoever says what: a host is reached if and only if each rule alone grants it', () => {
    const rule = fc.oneof(
      fc.constantFrom('any', 'any', 'any', 'none'),
      fc.array(fc.constantFrom(...HOSTS.slice(0, 8), '.a.example', '*.a.example', '*.b.a.example'), { maxLength: 3 }),
    );
    let held = 0;
    fc.assert(
      fc.property(rule, rule, rule, (managed, user, ceiling) => {
        const together = granted(decide({ managed, user, ceiling }));
        const alone = [managed, user, ceiling].map((one) => granted(decide({ user: one })));
        for (const host of HOSTS) {
          const isReached = reaches(together, host);
          expect(isReached).toBe(alone.every((plan) => reaches(plan, host)));
          held += isReached ? 1 : 0;
        }
        const swapped = granted(decide({ managed: user, user: managed, ceiling }));
        expect(HOSTS.filter((host) => reaches(swapped, host))).toEqual(HOSTS.filter((host) => reaches(together, host)));
      }),
    );
    expect(held).toBeGreaterThan(20);
  });
});

describe('what is granted in vain is told with both places', () => {
  test.each<[said: Said, expected: readonly string[]]>([
    [{ managed: ['a.example'], user: ['a.example'] }, []],
    [{ managed: 'any', user: ['a.example'] }, []],
    [{ managed: ['a.example'], user: ['a.example', 'b.example:80'] }, ['host b.example:80']],
    [{ managed: ['a.example'], user: 'any' }, ['any host']],
    [{ managed: 'none', user: ['.a.example'] }, ['host .a.example:443']],
    [{ user: ['*.a.example'], ceiling: ['b.a.example'] }, ['host *.a.example:443']],
    [{ managed: ['[::1]:80'], user: 'none', ceiling: ['a.example'] }, ['host [::1]:80']],
  ])('%j: %j', (said, expected) => {
    const { narrowed } = granted(decide(said));
    expect(narrowed.map(({ what }) => what)).toEqual(expected);
    expect(narrowed.every(({ by }) => by.file === MANAGED)).toBe(true);
  });
});

describe('names that are spelled out', () => {
  const namesOf = (said: Said): string[] => {
    const { network } = granted(decide(said));
    return network.mode === 'hosts'
      ? network.names.map(({ name, port, address }) => `${name}:${port} at ${address}`)
      : [];
  };

  test('have an address on the sandbox’s own loopback, one for each name', () => {
    expect(namesOf({ user: ['b.example', 'a.example:5432', 'b.example:80', 'b.example'] })).toEqual([
      'b.example:443 at 127.1.0.1',
      'a.example:5432 at 127.1.0.0',
      'b.example:80 at 127.1.0.1',
    ]);
  });

  test.each<[said: Said, names: readonly string[]]>([
    [{ user: ['.a.example', '*.b.example', '192.0.2.1', '[::1]:80'] }, ['a.example:443 at 127.1.0.0']],
    [{ user: ['localhost:80'] }, []], // it is the sandbox's own
    [{ user: 'any' }, []],
    [{ managed: ['.a.example'], user: ['b.a.example', 'c.example'] }, ['b.a.example:443 at 127.1.0.0']],
    [{ managed: ['a.example'], user: 'any' }, ['a.example:443 at 127.1.0.0']],
  ])('%j: %j', (said, names) => {
    expect(namesOf(said)).toEqual(names);
  });

  test('are in the sandbox’s /etc/hosts, which tells no other', () => {
    const { mounts } = granted(decide({ user: ['a.example', 'b.example:80'] }));
    const hosts = mounts.find(({ path }) => path === '/etc/hosts');
    expect(hosts).toMatchObject({
      kind: 'text',
      text: '127.0.0.1 localhost\n::1 localhost\n127.1.0.0 a.example\n127.1.0.1 b.example\n',
    });
    expect(mounts.some(({ path }) => path === '/etc/resolv.conf')).toBe(false);
  });

  test('the proxy for all others listens where none of their ports is', () => {
    const { network, env } = granted(decide({ user: ['a.example:3128', 'a.example:3129'] }));
    expect(network).toMatchObject({ proxyPort: 3130 });
    expect(env).toContainEqual(expect.objectContaining({ name: 'HTTPS_PROXY', value: 'http://127.0.0.1:3130' }));
  });
});

describe('`egress`', () => {
  test('is shown, and its certificates are there to be trusted', () => {
    const egress = { proxy: 'http://proxy.acme.example:3128', ca: '/etc/ssl/acme.pem' };
    const plan = granted(decide({ user: ['a.example'], egress }));
    expect(plan.network).toMatchObject({ egress: { proxy: { value: egress.proxy } } });
    expect(plan.mounts).toContainEqual(expect.objectContaining({ kind: 'bind', path: egress.ca, mode: 'read' }));
    expect(plan.mounts).toContainEqual(
      expect.objectContaining({ kind: 'joined', path: AUTHORITIES, source: egress.ca }),
    );
    expect(plan.env).toContainEqual(expect.objectContaining({ name: 'NODE_EXTRA_CA_CERTS', value: egress.ca }));
    for (const name of ['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'REQUESTS_CA_BUNDLE'])
      expect(plan.env).toContainEqual(expect.objectContaining({ name, value: AUTHORITIES }));
  });

  test('with certificates that nobody here may read is refused, and says so', () => {
    const egress = { ca: '/etc/ssl/acme.pem' };
    const unread = { ...HOST, head: (path: string) => (path === egress.ca ? undefined : HOST.head(path)) };
    const decision = decide({ user: ['a.example'], egress }, unread);
    const [finding] = decision.allowed ? [] : decision.findings;
    expect(finding).toMatchObject({ ident: 'grant-missing', message: '`/etc/ssl/acme.pem` cannot be read' });
  });

  test('with certificates that are not there is refused, where hosts are granted', () => {
    const egress = { ca: '/etc/ssl/gone.pem' };
    expect(identsOf(decide({ user: ['a.example'], egress }))).toEqual(['grant-missing']);
    expect(granted(decide({ user: 'none', egress })).network.mode).toBe('none');
  });
});

test('a pattern in words is that pattern', () => {
  for (const text of ['a.example:443', '.a.example:80', '*.a.example:443', '192.0.2.1:443', '[2001:db8::1]:443']) {
    const { network } = granted(decide({ user: [text] }));
    expect(
      network.mode === 'hosts' && network.rules.flatMap((r) => (r.mode === 'list' ? r.hosts.map(hostText) : [])),
    ).toEqual([text]);
  }
});
