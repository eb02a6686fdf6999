/** Which addresses share a rate limit of /resolve. */
import { expect, test } from 'vitest'
import { getAddressGroup } from '#federation/http/client-address.ts'
import { startTrustAnchor } from '../trust-anchor.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['unknown', 'unknown'],
])('%s belongs to %s', (address, group) => {
  expect(getAddressGroup(address)).toBe(group)
})

test('a client cannot bypass the limit with another address of its network', async () => {
  const ta = await startTrustAnchor({ resolveRateLimit: 2 })
  const ask = async (remoteAddress: string) =>
    (await ta.app.inject({ url: '/resolve', remoteAddress })).statusCode
  expect(await ask('2001:db8::1')).toBe(400)
  expect(await ask('2001:db8::2')).toBe(400)
  expect(await ask('2001:db8::3')).toBe(429)
  expect(await ask('2001:db8:0:1::1')).toBe(400)
  await ta.close()
})
