/**
 * Whether an address in canonical form is one of the public internet: what `network: any` admits. Everything that the
 * registries of special purposes keep is not: private, loopback, link-local (where clouds serve metadata), shared,
 * reserved, and every IPv6 form that carries an IPv4 address.
 *
 * Sources: IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890); global unicast is 2000::/3 (RFC 4291).
 */
export function isPublicAddress(address: string): boolean {
  return address.includes(':') ? isPublicIpv6(address) : isPublicIpv4(address);
}

function isPublicIpv4(address: string): boolean {
  const value = numberOf(address);
  return !SPECIAL.some(
    ([base, bits]) => Math.floor(value / 2 ** (32 - bits)) === Math.floor(numberOf(base) / 2 ** (32 - bits)),
  );
}

function numberOf(address: string): number {
  return address.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);
}

const SPECIAL: readonly (readonly [base: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3], // multicast, reserved, broadcast
];

/** 2000::/3 without 2001::/23 (Teredo, ORCHID, benchmarks), documentation (2001:db8::/32, 3fff::/20) and 6to4. */
function isPublicIpv6(address: string): boolean {
  const [first = '', second = ''] = address.split(':');
  const [head, next] = [Number.parseInt(first || '0', 16), Number.parseInt(second || '0', 16)];
  if (head < 0x2000 || head > 0x3fff) return false;
  const isSpecial = (head === 0x2001 && (next < 0x200 || next === 0xdb8)) || head === 0x2002;
  return !isSpecial && !(head === 0x3fff && next < 0x1000);
}
