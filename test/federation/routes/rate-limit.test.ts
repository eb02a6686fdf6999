/** Rate limits of expensive endpoints (§18.1). */
import pino from 'pino'
import { expect, test } from 'vitest'
import { inTest } from '#test/helpers/in-file.ts'
import { entityId, startTrustAnchor } from '../trust-anchor.ts'

test.each([
  ['/resolve', { sub: entityId, trust_anchor: entityId }, { resolveRateLimit: 2 }],
  ['/collection', { query: 'university' }, { collectionRateLimit: 2 }],
])('limits how often one client may ask for %s', async (path, parameters, limits) => {
  const limited = await startTrustAnchor(limits)
  await limited.publishConfiguration()
  await limited.redis.client.set(limited.names.collection.lastUpdated, '1')
  const ask = () => limited.get(path, parameters)
  expect([(await ask()).statusCode, (await ask()).statusCode]).toEqual([200, 200])
  const refused = await ask()
  expect(refused.statusCode).toBe(429)
  expect(refused.headers['retry-after']).toBeDefined()
  expect(refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect((await limited.get('/list')).statusCode).toBe(200)
  await limited.close()
})

test.each([
  ['of a connection', {}, [undefined, undefined]],
  ['that a trusted proxy names', { trustedProxies: ['127.0.0.1'] }, ['192.0.2.1', '192.0.2.2']],
  [
    'in the network that a trusted proxy names',
    { trustedProxies: true },
    ['2001:db8::1', '2001:db8:0:0:1::2'],
  ],
])('counts repeated answers too, by the client %s', async (_what, options, [first, other]) => {
  const limited = await inTest(startTrustAnchor({ resolveRateLimit: 3, ...options }))
  await limited.publishConfiguration()
  let repeated = 0
  limited.app.onRepeatedAnswer(() => {
    repeated++
  })
  const url = await limited.app.listen({ host: '127.0.0.1', port: 0 })
  await limited.get('/.well-known/openid-federation') // an answer is kept once this is in memory
  const query = new URLSearchParams({ sub: entityId, trust_anchor: entityId })
  const ask = async (client: string | undefined) => {
    const headers = client === undefined ? {} : { 'x-forwarded-for': client }
    const answer = await fetch(`${url}/resolve?${query}`, { headers })
    await answer.text()
    return [answer.status, answer.headers.get('x-ratelimit-remaining')]
  }
  const answers = [await ask(first), await ask(first), await ask(first), await ask(first)]
  expect(answers).toEqual([
    [200, '2'],
    [200, '1'],
    [200, '0'],
    [429, '0'],
  ])
  expect(repeated).toBeGreaterThan(0)
  expect((await ask(other))[0]).toBe(other === '192.0.2.2' ? 200 : 429)
})

test.each([
  ['no proxy, which it logs once', [], '192.0.2.1', 1],
  ['no proxy, as it is set', false, '192.0.2.1', 0],
  ['a proxy that is named', ['loopback'], '192.0.2.1', 0],
] as const)('believes %s', async (_what, trustedProxies, client, count) => {
  const lines: { proxy?: string; msg: string }[] = []
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const trusted = trustedProxies === false ? false : [...trustedProxies]
  const limited = await inTest(startTrustAnchor({ resolveRateLimit: 1, trustedProxies: trusted, logger }))
  await limited.publishConfiguration()
  const query = new URLSearchParams({ sub: entityId, trust_anchor: entityId })
  const ask = async (from: string) => {
    const headers = { 'x-forwarded-for': from }
    return (await limited.app.inject({ url: `/resolve?${query}`, headers })).statusCode
  }
  const isBelieved = trusted !== false && trusted.length > 0
  expect([await ask(client), await ask('192.0.2.2')]).toEqual([200, isBelieved ? 200 : 429])
  const found = lines.filter(({ msg }) => msg.includes('TRUST_PROXY'))
  expect(found).toHaveLength(count)
  if (count > 0) expect(found[0]).toMatchObject({ proxy: '127.0.0.1' })
})
