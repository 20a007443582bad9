import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admits, canonicalHost, hostFault, parseHostPattern } from '../../../src/match/host-pattern.ts';

/** An entry in one line: what it is, or what is wrong with it. */
function read(text: string): string {
  const pattern = parseHostPattern(text);
  return pattern ? `${pattern.kind} ${pattern.name} ${pattern.port}` : String(hostFault(text));
}

describe('an entry that is one', () => {
  test.each([
    ['api.github.com', 'name api.github.com 443'],
    ['api.github.com:8443', 'name api.github.com 8443'],
    ['api.github.com:1', 'name api.github.com 1'],
    ['api.github.com:65535', 'name api.github.com 65535'],
    ['API.GitHub.com', 'name api.github.com 443'],
    ['api.github.com.', 'name api.github.com 443'],
    ['api.github.com.:8443', 'name api.github.com 8443'],
    ['localhost', 'name localhost 443'],
    ['localhost:3000', 'name localhost 3000'],
    ['xn--bcher-kva.example', 'name xn--bcher-kva.example 443'],
    ['r3---sn-abc.example.com', 'name r3---sn-abc.example.com 443'],
    ['my_bucket.s3.example.com', 'name my_bucket.s3.example.com 443'],
    ['4chan.example.1password', 'name 4chan.example.1password 443'],
    ['0xcafe.example', 'name 0xcafe.example 443'],
    ['example.0x7g', 'name example.0x7g 443'],
    ['.example.com', 'domain example.com 443'],
    ['.Example.COM.:8080', 'domain example.com 8080'],
    ['*.example.com', 'below example.com 443'],
    ['*.example.com:8443', 'below example.com 8443'],
    ['192.0.2.1', 'address 192.0.2.1 443'],
    ['192.0.2.1:80', 'address 192.0.2.1 80'],
    ['0.0.0.0', 'address 0.0.0.0 443'],
    ['255.255.255.255', 'address 255.255.255.255 443'],
    ['2001:DB8::1', 'address 2001:db8::1 443'],
    ['[2001:db8::1]', 'address 2001:db8::1 443'],
    ['[2001:db8::1]:8443', 'address 2001:db8::1 8443'],
    ['2001:db8::1:8443', 'address 2001:db8::1:8443 443'],
    ['::ffff:192.0.2.1', 'address ::ffff:192.0.2.1 443'],
  ])('`%s` is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });
});

describe('an entry that is none', () => {
  const MORE = 'is more than a host: leave out scheme, user, path, zone and range';
  const BLANK = 'holds white space or control characters';
  const FOREIGN = 'holds characters beyond ASCII: write the name in punycode, as in `xn--bcher-kva.example`';
  const WIDE = 'is too wide: a wildcard stands before two labels or more, as in `.example.com`';
  const STAR = 'has a `*` elsewhere than in front: write `*.example.com`, or `.example.com` for the domain too';
  const ODD = 'is an odd spelling of an address: write it as in `192.0.2.1`';
  const SIX = 'is no IPv6 address, which stands in brackets where a port follows, as in `[::1]:443`';
  const PORT = 'must end in a port from 1 to 65535 after its `:`, or in none';
  const NAME =
    'is no host name: labels of up to 63 letters, digits and inner hyphens, joined by dots, 253 characters in all';

  test.each([
    ['', 'must name a host'],
    [':443', 'must name a host'],
    ['https://api.github.com', MORE],
    ['api.github.com/repos', MORE],
    ['api.github.com\\@evil.example', MORE],
    ['api.github.com@evil.example', MORE],
    ['evil.example#.github.com', MORE],
    ['evil.example?.github.com', MORE],
    ['evil.example%00.github.com', MORE],
    ['10.0.0.0/8', MORE],
    ['fe80::1%eth0', MORE],
    ['evil.example\0.github.com', BLANK],
    ['api.github.com\r\nHost: evil.example', BLANK],
    ['api.github.com\n', BLANK],
    [' api.github.com', BLANK],
    ['api github.com', BLANK],
    ['api.github.com\u007f', BLANK],
    ['bücher.example', FOREIGN],
    ['аpi.github.com', FOREIGN], // the first letter is Cyrillic
    ['api.github.com\u200b', FOREIGN],
    ['api\u3002github\u3002com', FOREIGN], // full stops that IDNA reads as dots
    ['api.github.\u212aom', FOREIGN], // lower-cased, the Kelvin sign is `k`
    ['１27.0.0.1', FOREIGN],
    ['192\u00b50.2.1', FOREIGN],
    ['*', WIDE],
    ['*:443', WIDE],
    ['.', WIDE],
    ['*.', WIDE],
    ['*.com', WIDE],
    ['*.com.', WIDE],
    ['.com', WIDE],
    ['.com:8443', WIDE],
    ['.localhost', WIDE],
    ['api.*.com', STAR],
    ['*api.github.com', STAR],
    ['api*.github.com', STAR],
    ['*.*.github.com', STAR],
    ['**.github.com', STAR],
    ['github.*', STAR],
    ['0x7f.1', ODD],
    ['0x7f000001', ODD],
    ['0X7F000001', ODD],
    ['0x', ODD],
    ['127.0.0.0x1', ODD],
    ['2130706433', ODD],
    ['017700000001', ODD],
    ['0177.0.0.1', ODD],
    ['127.1', ODD],
    ['127.0.0.01', ODD],
    ['127.0.0.1.', ODD],
    ['127.0.0.256', ODD],
    ['1.2.3.4.5', ODD],
    ['1.2.3', ODD],
    ['example.1', ODD],
    ['127.1:80', ODD],
    ['.2.3.4', ODD],
    ['*.2.3.4', ODD],
    ['.192.0.2.1', ODD],
    ['*.192.0.2.1', ODD],
    ['::1:', SIX],
    ['[::1', SIX],
    ['[::1]x', SIX],
    ['[192.0.2.1]', SIX],
    ['[localhost]', SIX],
    ['.[::1]', SIX],
    ['*.::1', SIX],
    [':::', SIX],
    ['1::2::3', SIX],
    ['1:2:3:4:5:6:7', SIX],
    ['1:2:3:4:5:6:7:8:443', SIX],
    ['1:2:3:4::5:6:7:8', SIX],
    ['12345::', SIX],
    ['::g', SIX],
    ['::192.0.2.01', SIX],
    ['::192.0.2', SIX],
    ['192.0.2.1::', SIX],
    ['api.github.com:80:443', SIX],
    ['api.github.com:', PORT],
    ['api.github.com:0', PORT],
    ['api.github.com:0443', PORT],
    ['api.github.com:65536', PORT],
    ['api.github.com:+443', PORT],
    ['api.github.com:https', PORT],
    ['[::1]:', PORT],
    ['[::1]:0', PORT],
    ['[::1]:443:80', PORT],
    ['..github.com', NAME],
    ['api..github.com', NAME],
    ['api.github.com..', NAME],
    ['-api.github.com', NAME],
    ['api-.github.com', NAME],
    ['_api.github.com', NAME],
    ['api.github.com,evil.example', NAME],
    ['api.github.com;evil', NAME],
    ['$HOST', NAME],
    [`${'a'.repeat(64)}.example`, NAME],
    [`${'a.'.repeat(126)}bc`, NAME],
  ])('%j %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test('the longest that a name can be is one still', () => {
    expect(read(`${'a'.repeat(63)}.example`)).toContain('name a');
    expect(read(`${'a.'.repeat(126)}b.`)).toContain('name a');
  });
});

describe('whether an entry admits a host', () => {
  test.each([
    ['api.github.com', 'api.github.com', 443, true, 'it is the same'],
    ['api.github.com', 'API.GITHUB.COM.', 443, true, 'case and the root’s dot are nothing'],
    ['api.github.com', 'api.github.com', 80, false, 'it is another port'],
    ['api.github.com:80', 'api.github.com', 443, false, 'nothing but the port said is granted'],
    ['api.github.com', 'github.com', 443, false, 'it is above'],
    ['github.com', 'api.github.com', 443, false, 'it is below, and no wildcard is written'],
    ['api.github.com', 'api.github.com.evil.example', 443, false, 'it only begins the same'],
    ['github.com', 'evilgithub.com', 443, false, 'it only ends the same'],
    ['.github.com', 'github.com', 443, true, 'the domain is meant too'],
    ['.github.com', 'api.github.com', 443, true, 'it is below'],
    ['.github.com', 'a.b.github.com', 443, true, 'it is far below'],
    ['.github.com', 'evilgithub.com', 443, false, 'labels are whole'],
    ['.github.com', 'github.com.evil.example', 443, false, 'the end counts'],
    ['.github.com', 'github.com\0.evil.example', 443, false, 'a NUL ends no name'],
    ['.github.com', 'evil.example\0.github.com', 443, false, 'a NUL is in no name'],
    ['.github.com', 'evil.example#.github.com', 443, false, 'it is no host'],
    ['.github.com', '.github.com', 443, false, 'an entry is no host'],
    ['*.github.com', 'github.com', 443, false, 'only what is below is meant'],
    ['*.github.com', 'api.github.com', 443, true, 'it is below'],
    ['*.github.com:8443', 'api.github.com', 443, false, 'it is another port'],
    ['127.0.0.1', '127.0.0.1', 443, true, 'it is the same'],
    ['127.0.0.1', '127.1', 443, false, 'an odd spelling is none'],
    ['127.0.0.1', '2130706433', 443, false, 'an odd spelling is none'],
    ['127.0.0.1', 'localhost', 443, false, 'a name is not its address'],
    ['localhost', '127.0.0.1', 443, false, 'an address is not its name'],
    ['127.0.0.1', '::ffff:127.0.0.1', 443, false, 'a mapped address is another'],
    ['::ffff:7f00:1', '::FFFF:127.0.0.1', 443, true, 'two spellings are one address'],
    ['[::1]', '0:0:0:0:0:0:0:1', 443, true, 'two spellings are one address'],
    ['[::1]:8443', '[::1]', 8443, true, 'brackets are nothing'],
    ['::1', '::2', 443, false, 'it is another address'],
  ])('`%s` and %j on %i: %s, for %s', (text, host, port, expected) => {
    const pattern = parseHostPattern(text);
    expect(pattern && admits(pattern, host, port)).toBe(expected);
  });
});

// RFC 5952, sections 1 to 5, and what it leaves as it is.
test.each([
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['10:0:1:0:0:1:1:1', '10:0:1::1:1:1'],
  ['1:0:0:2:3:4:5:6', '1::2:3:4:5:6'],
  ['0:0:1:2:3:4:0:0', '::1:2:3:4:0:0'],
  ['2001:DB8:AAAA::', '2001:db8:aaaa::'],
  ['::ffff:c000:201', '::ffff:192.0.2.1'],
  ['::ffff:0:0', '::ffff:0.0.0.0'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::192.0.2.1', '::c000:201'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
])('`%s` is `%s`', (text, expected) => {
  expect(canonicalHost(text)).toBe(expected);
  expect(canonicalHost(`[${text}]`)).toBe(expected);
});

const label = fc
  .stringMatching(/^[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,4}[a-zA-Z0-9])?$/)
  .filter((text) => !/^xn--/i.test(text));
const dotted = fc.array(fc.oneof(label, fc.constantFrom('0x7f', '127', '0', '01', '0xg', '')), {
  minLength: 1,
  maxLength: 5,
});
const names = dotted.map((labels) => labels.join('.'));
const octets = fc.array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('01', '0x1', '')), {
  minLength: 3,
  maxLength: 5,
});
const fours = octets.map((bytes) => bytes.join('.'));
const sixes = fc.oneof(
  fc.ipV6(),
  fc
    .array(fc.constantFrom('0', '0', '0', '00a', 'B', 'ffff', '', '12345', 'g', '1.2.3.4'), { maxLength: 9 })
    .map((all) => all.join(':')),
);
const hosts = fc.oneof(names, fours, sixes, fc.string());

describe('for all hosts', () => {
  test('the canonical form is a fixed point', () => {
    fc.assert(
      fc.property(hosts, (text) => {
        const canonical = canonicalHost(text);
        if (canonical !== undefined) expect(canonicalHost(canonical)).toBe(canonical);
      }),
      { numRuns: 5000 },
    );
  });

  test('an IPv4 address is what Node.js takes for one, as it stands', () => {
    fc.assert(
      fc.property(fours, (text) => {
        expect(canonicalHost(text)).toBe(isIPv4(text) ? text : undefined);
      }),
      { numRuns: 2000 },
    );
  });

  test('an IPv6 address is what Node.js takes for one', () => {
    fc.assert(
      fc.property(sixes, (text) => {
        fc.pre(text.includes(':'));
        expect(canonicalHost(text) !== undefined).toBe(isIPv6(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('two spellings of an IPv6 address have one form, which is that address', () => {
    fc.assert(
      fc.property(sixes, (text) => {
        fc.pre(isIPv6(text));
        const canonical = canonicalHost(text) ?? '';
        const byUrl = new URL(`http://[${text}]/`).hostname;
        expect(new URL(`http://[${canonical}]/`).hostname).toBe(byUrl);
        expect(canonicalHost(byUrl)).toBe(canonical);
        // inet_ntop(3) writes the last 32 bits of `::c000:201` with dots, as it does of mapped ones.
        if (!/^::[\da-f]+(?::[\da-f]+)?$/.test(canonical))
          expect(new SocketAddress({ address: text, family: 'ipv6' }).address).toBe(canonical);
      }),
      { numRuns: 2000 },
    );
  });

  test('a name is read by a URL parser as itself, and never as an address', () => {
    fc.assert(
      fc.property(names, (text) => {
        const canonical = canonicalHost(text);
        fc.pre(canonical !== undefined && !isIPv4(text));
        expect(new URL(`http://${text}/`).hostname.replace(/\.$/, '')).toBe(canonical);
      }),
      { numRuns: 2000 },
    );
  });

  test('an entry is one, or has a fault, never both or neither', () => {
    const prefixed = fc.tuple(
      fc.constantFrom('', '.', '*.', '*', '['),
      hosts,
      fc.constantFrom('', ':443', ':0', ']', ':'),
    );
    fc.assert(
      fc.property(prefixed, (parts) => {
        const text = parts.join('');
        expect(parseHostPattern(text) === undefined).toBe(hostFault(text) !== undefined);
      }),
      { numRuns: 5000 },
    );
  });

  test('a wildcard admits what lies below by whole labels, and nothing else', () => {
    const domains = fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => labels.join('.'));
    fc.assert(
      fc.property(domains, hosts, label, (domain, host, below) => {
        const [wide, narrow] = [parseHostPattern(`.${domain}`), parseHostPattern(`*.${domain}`)];
        fc.pre(wide !== undefined && narrow !== undefined);
        const { name } = wide;
        expect(admits(wide, domain, 443)).toBe(true);
        expect(admits(narrow, domain, 443)).toBe(false);
        for (const asked of [host, `${below}.${domain}`, `${below}${domain}`, `${domain}.${below}`]) {
          const canonical = canonicalHost(asked);
          const isBelow =
            canonical !== undefined && canonical !== name && canonical.slice(-name.length - 1) === `.${name}`;
          expect(admits(narrow, asked, 443)).toBe(isBelow);
          expect(admits(wide, asked, 443)).toBe(isBelow || canonical === name);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
