import { coversHost } from './covers-host.ts';

/** An entry of `network`: whom it admits, and on which port. */
export interface HostPattern {
  /** One host by its name or its address; `.example.com`, the domain and all below; `*.example.com`, only below. */
  readonly kind: 'name' | 'address' | 'domain' | 'below';
  /** In canonical form, without a wildcard. */
  readonly name: string;
  readonly port: number;
}

/**
 * An entry of `network` as data, or undefined where {@link hostFault} says what is wrong with it: `host[:port]`,
 * 443 unless said. An IPv6 address stands in brackets where a port follows; without brackets, all of it is address.
 */
export function parseHostPattern(text: string): HostPattern | undefined {
  const [written, port] = split(text);
  const [wildcard = ''] = /^\*?\./.exec(written) ?? [];
  const name = canonicalHost(written.slice(wildcard.length));
  if (name === undefined || !isPort(port)) return undefined;
  if (wildcard === '') return { kind: kindOf(name), name, port: Number(port) };
  // Below a single label is a whole registry.
  if (kindOf(name) === 'address' || !name.includes('.')) return undefined;
  return { kind: wildcard === '.' ? 'domain' : 'below', name, port: Number(port) };
}

/** What is wrong with an entry of `network`, as the rest of a sentence that begins with it; undefined if nothing is. */
export function hostFault(text: string): string | undefined {
  if (parseHostPattern(text)) return undefined;
  const [written, port] = split(text);
  const ofText = faultOf(text, IN_TEXT);
  if (ofText !== undefined) return ofText;
  return isPort(port) ? faultOf(written, IN_HOST) : 'must end in a port from 1 to 65535 after its `:`, or in none';
}

/**
 * The one form of a host in which hosts are compared and dialled, or undefined if it is none.
 *
 * Names are in lower case without the root's dot. What some resolvers take for an IPv4 address and others do not
 * (`0x7f.1`, `2130706433`, `017700000001`) is neither: a name does not end in a number (WHATWG URL, "ends in a number").
 * An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`) stays an address of its own.
 */
export function canonicalHost(text: string): string | undefined {
  if (IPV4.test(text)) return text;
  if (text.includes(':')) return canonicalIpv6(text.replace(/^\[(.*)\]$/, '$1'));
  const name = text.replace(/\.$/, '');
  return name.length <= 253 && NAME.test(name) && !ODD_ADDRESS.test(name) ? name.toLowerCase() : undefined;
}

/** Whether a pattern admits a host on a port: equal in canonical form, or below the domain by whole labels. */
export function admits(pattern: HostPattern, host: string, port: number): boolean {
  const name = canonicalHost(host);
  return name !== undefined && coversHost(pattern, { kind: kindOf(name), name, port });
}

function kindOf(name: string): 'name' | 'address' {
  return name.includes(':') || IPV4.test(name) ? 'address' : 'name';
}

function split(text: string): readonly [host: string, port: string] {
  const [, host = '', port = '443'] = /^(\[[^\]]*\]|[^:]*:[^:]*:.*|[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  return [host, port];
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two zeros or more as `::`, mapped IPv4 with dots. */
function canonicalIpv6(text: string): string | undefined {
  if (text.length > 45) return undefined; // the longest spelling: INET6_ADDRSTRLEN of inet_ntop(3)
  const [before = '', after, ...more] = text.replace(/[^:]*$/, withoutDots).split('::');
  const [head, tail] = [groups(before), groups(after ?? '')];
  const left = 8 - head.length - tail.length;
  if (more.length > 0 || (after === undefined ? left !== 0 : left < 1)) return undefined;
  const all = [...head, ...Array.from({ length: left }, () => '0'), ...tail];
  if (!all.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  const short = withoutZeros(all.map((group) => Number.parseInt(group, 16).toString(16)).join(':'));
  return short.replace(/(?<=^::ffff:)[\da-f]+:[\da-f]+$/, withDots);
}

function groups(part: string): string[] {
  return part === '' ? [] : part.split(':');
}

/** `10.0.0.1` → `0a00:0001`: how the last 32 bits may be written in dotted decimal, RFC 4291 §2.2. */
function withoutDots(last: string): string {
  if (!IPV4.test(last)) return last;
  const digits = last.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return digits.join('').replace(/^.{4}/, '$&:');
}

/** `a00:1` → `10.0.0.1` */
function withDots(last: string): string {
  const words = last.split(':').map((group) => Number.parseInt(group, 16));
  return words.map((word) => `${word >> 8}.${word & 0xff}`).join('.');
}

function withoutZeros(address: string): string {
  for (let zeros = 8; zeros > 1; zeros -= 1) {
    const short = address.replace(new RegExp(`(?:^|:)0(?::0){${zeros - 1}}(?:$|:)`), '::');
    if (short !== address) return short;
  }
  return address;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** RFC 1123 §2.1, RFC 1035 §2.3.4; and underscores inside a label, for there are such hosts. */
const NAME = /^(?:[A-Za-z\d](?:[\w-]{0,61}[A-Za-z\d])?(?:\.(?!$)|$))+$/;

const ODD_ADDRESS = /(?:^|\.)(?:\d+|0[xX][\dA-Fa-f]*)$/;

type Faults = readonly (readonly [RegExp, string])[];

function faultOf(text: string, faults: Faults): string | undefined {
  return faults.find(([fault]) => fault.test(text))?.[1];
}

const IN_TEXT: Faults = [
  [/[^\0-\x7f]/, 'holds characters beyond ASCII: write the name in punycode, as in `xn--bcher-kva.example`'],
  [/[\0- \x7f]/, 'holds white space or control characters'],
  [/[/\\@?#%]/, 'is more than a host: leave out scheme, user, path, zone and range'],
];

/** The first is told; the last is always true. */
const IN_HOST: Faults = [
  [/^$/, 'must name a host'],
  [/^(?:\*|\*?\.)[^.:]*\.?$/, 'is too wide: a wildcard stands before two labels or more, as in `.example.com`'],
  [/\*(?!\.)|.\*/, 'has a `*` elsewhere than in front: write `*.example.com`, or `.example.com` for the domain too'],
  [/[[\]:]/, 'is no IPv6 address, which stands in brackets where a port follows, as in `[::1]:443`'],
  [/(?:^|\.)(?:\d+|0[xX][\dA-Fa-f]*)\.?$/, 'is an odd spelling of an address: write it as in `192.0.2.1`'],
  [/^/, 'is no host name: labels of up to 63 letters, digits and inner hyphens, joined by dots, 253 characters in all'],
];
