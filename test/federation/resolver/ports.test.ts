/** The ports from which `/resolve` fetches for anonymous callers (§18.1). */
import { beforeAll, expect, test } from 'vitest'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

// The name leads to a loopback address, so a fetch that the ports allow is refused for its address.
const at = (port: number) => `https://localhost:${port}`
const BLOCKED_ADDRESS = 'does not have a public address'

const ta = trustAnchorInFile({ allowHttp: false, fetchPorts: [8443] })
beforeAll(() => ta.publishConfiguration({ authority_hints: [at(4001)] }))

const resolve = (sub: string) => ta.get('/resolve', { sub, trust_anchor: entityId })

test.each([22, 444, 6379, 65_535])('refuses port %i of an unknown entity', async (port) => {
  const answer = await resolve(at(port))
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toEqual({
    error: 'invalid_trust_chain',
    error_description: `No Trust Chain leads from ${at(port)} to ${entityId}: ${at(port)}/.well-known/openid-federation uses port ${port}, from which this server does not fetch. Use port 443, or ask its operator to allow the port.`,
  })
})

test.each(['https://localhost', 'https://localhost:443', at(8443)])('fetches from %s', async (id) => {
  expect((await resolve(id)).json().error_description).toContain(BLOCKED_ADDRESS)
})

test('does not follow the authority hints of a member to the ports of unknown entities', async () => {
  const member = await offlineEntity('https://member.example', { authorityHints: [at(25)] })
  await ta.publishSubordinate(member)
  expect((await resolve(member.id)).json().error_description).toContain('uses port 25,')
})

test('fetches from the port of a member, as long as it is one', async () => {
  const id = at(4000)
  expect((await resolve(id)).json().error_description).toContain('uses port 4000')
  await ta.publishSubordinate({ id })
  expect((await resolve(id)).json().error_description).toContain(BLOCKED_ADDRESS)
  await ta.removeSubordinate(id)
  expect((await resolve(id)).json().error_description).toContain('uses port 4000')
})

test('fetches from the ports of our superiors, of pinned anchors, and of entities that the crawl found', async () => {
  const { keys } = ta.jwks
  await ta.redis.client.hset(ta.names.trustAnchors, at(4002), JSON.stringify({ keys }))
  await ta.announce({ kind: 'trust-anchors' })
  await ta.redis.client.hset(ta.names.collection.entities, at(4003), '{}')
  for (const port of [4001, 4002, 4003]) {
    expect((await resolve(at(port))).json().error_description).toContain(BLOCKED_ADDRESS)
  }
})

test('fetches from any port that a member publishes as its endpoint, and of no other entity', async () => {
  const issuer = 'https://superior.example'
  const { fetcher } = ta.parts
  const fetchStatement = () =>
    fetcher.subordinateStatement({ issuer, subject: 'https://leaf.example', fetchEndpoint: at(4010) })
  const fetchStatus = () => fetcher.trustMarkStatus({ issuer, endpoint: at(4010), trustMark: 'x' })
  for (const fetch of [fetchStatement, fetchStatus]) {
    await expect(fetch()).rejects.toMatchObject({ code: 'blocked_port', retryable: false })
  }
  await ta.publishSubordinate({ id: issuer })
  for (const fetch of [fetchStatement, fetchStatus]) {
    await expect(fetch()).rejects.toMatchObject({ code: 'blocked_address' })
  }
})
