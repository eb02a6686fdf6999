import { expect, test } from 'vitest'
import { isPublicAddress, lookupPublic, parseTarget } from '#fetcher/guard.ts'

const refused: [kind: string, address: string][] = [
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.254'],
  ['loopback', '::1'],
  ['unspecified', '0.0.0.0'],
  ['unspecified', '::'],
  ['this network', '0.1.2.3'],
  ['private', '10.0.0.1'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['unique local', 'fd00::1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['link-local, where clouds keep their metadata', '169.254.169.254'],
  ['link-local', 'fe80::1'],
  ['site-local', 'fec0::1'],
  ['multicast', '224.0.0.1'],
  ['multicast', 'ff02::1'],
  ['broadcast', '255.255.255.255'],
  ['documentation', '192.0.2.1'],
  ['documentation', '198.51.100.1'],
  ['documentation', '203.0.113.1'],
  ['documentation', '2001:db8::1'],
  ['documentation', '3fff::1'],
  ['benchmarking', '198.18.0.1'],
  ['reserved', '240.0.0.1'],
  ['IPv4-mapped private', '::ffff:10.0.0.1'],
  ['IPv4-mapped loopback, in hexadecimal', '::ffff:7f00:1'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['NAT64 to private', '64:ff9b::10.0.0.1'],
  ['NAT64 to link-local', '64:ff9b::a9fe:a9fe'],
  ['local NAT64', '64:ff9b:1::8.8.8.8'],
  ['6to4', '2002:0a00:0001::1'],
  ['Teredo', '2001::1'],
  ['discard only', '100::1'],
  ['not assigned', '4000::1'],
]

test.each(refused)('refuses %s: %s', (_kind, address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['8.8.8.8', '100.63.255.255', '172.32.0.1', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
  'allows %s',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  ['http', 'http://entity.example/'],
  ['another scheme', 'file:///etc/passwd'],
  ['user information', 'https://user:password@entity.example/'],
  ['a private address', 'https://10.0.0.1/'],
  ['a private address in IPv6', 'https://[fd00::1]/'],
  ['loopback in disguise', 'https://0x7f.1/'],
  ['loopback as one number', 'https://2130706433/'],
  ['a mapped address', 'https://[::ffff:127.0.0.1]/'],
  ['text that is not a URL', 'hello'],
])('a URL with %s may not be asked', (_what, url) => {
  expect(() => parseTarget(url, { allowHttp: false })).toThrow(
    expect.objectContaining({ code: 'blocked_address' }),
  )
})

test('allow_http allows only http and private addresses in addition', () => {
  expect(parseTarget('http://127.0.0.1:8080/x', { allowHttp: true }).host).toBe('127.0.0.1:8080')
  expect(() => parseTarget('ftp://entity.example/', { allowHttp: true })).toThrow('https')
})

test('refuses a name that resolves to a private address', {
  tags: 'fault/member-misbehaves',
}, async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  lookupPublic('localhost', { all: true }, resolve)
  expect(await promise).toMatchObject({ code: 'blocked_address' })
})
