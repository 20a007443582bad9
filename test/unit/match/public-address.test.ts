import { expect, test } from 'vitest';
import { isPublicAddress } from '../../../src/match/public-address.ts';

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.0.1',
  '172.32.0.1',
  '192.0.1.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:4860:4860::8888',
  '2a00::1',
  '3ffe::1',
])('%s is of the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ['0.0.0.0', 'this host'],
  ['10.1.2.3', 'private'],
  ['100.64.0.1', 'shared between a provider’s customers'],
  ['127.0.0.1', 'loopback'],
  ['169.254.169.254', 'where clouds serve metadata'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'for benchmarks'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'nothing'],
  ['::1', 'loopback'],
  ['::ffff:8.8.8.8', 'an IPv4 address inside'],
  ['64:ff9b::808:808', 'an IPv4 address inside'],
  ['2002:808:808::1', 'an IPv4 address inside'],
  ['2001::1', 'Teredo'],
  ['2001:db8::1', 'for documentation'],
  ['3fff:fff::1', 'for documentation'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'where clouds serve metadata'],
  ['fe80::1', 'link-local'],
  ['ff02::1', 'multicast'],
])('%s is not: %s', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
