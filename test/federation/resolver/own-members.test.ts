/** Tests the age of what /resolve knows about our own members: their stored Entity Configurations may be old. */
import { decodeJwt } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { below, type Federation } from '#test/helpers/federation.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

let federation: Federation

const ta = trustAnchorInFile()
beforeEach(async () => {
  ta.clock.ahead = 0
  await ta.publishConfiguration({}, 100_000)
})

async function start(build: (federation: ReturnType<typeof below>) => ReturnType<typeof below>) {
  federation = await build(below(entityId)).start()
  return federation
}

async function store({ id, keys, configuration }: Federation['top']): Promise<void> {
  const exp = ta.now() + 100_000
  await ta.publishSubordinate({ id, keys, exp, configuration: await configuration() })
}

const resolve = () => ta.get('/resolve', { sub: federation.leaf.id, trust_anchor: entityId })

async function name(): Promise<unknown> {
  const answer = await resolve()
  expect(answer.statusCode, answer.body).toBe(200)
  const { metadata } = decodeJwt<{ metadata: Record<string, Record<string, unknown>> }>(answer.body)
  return metadata.openid_relying_party?.client_name
}

test('a renamed member is seen after minutes, and a later response keeps the new name', async () => {
  const { leaf, close } = await start((it) => it.leaf({ metadata: relyingPartyNamed('Old') }))
  await store(leaf)
  expect(await name()).toBe('Old')
  expect(leaf.requests).toEqual([])
  // Its configuration is signed anew in a later second.
  leaf.options.now = () => new Date(Date.now() + 60_000)
  leaf.options.metadata = relyingPartyNamed('New')
  ta.clock.ahead = 239
  await expect.poll(name).toBe('New')
  expect(leaf.requests).toContain('/.well-known/openid-federation')
  // Another one is built from what was fetched, without a request, although it is not stored.
  leaf.requests.length = 0
  await ta.publishConfiguration({ changed: true }, 100_000)
  expect(await name()).toBe('New')
  expect(leaf.requests).toEqual([])
  await close()
})

test('the admin side is asked to look at a member that publishes something else, once', async () => {
  await ta.redis.client.del(ta.names.questions)
  const asked = () => ta.redis.client.zrange(ta.names.questions, 0, -1)
  const { leaf, close } = await start((it) => it.leaf({ metadata: relyingPartyNamed('Old') }))
  await store(leaf)
  /** When the configuration in the response was signed. */
  async function signed(): Promise<number> {
    const { trust_chain = [] } = decodeJwt<{ trust_chain?: string[] }>((await resolve()).body)
    return Number(decodeJwt(trust_chain[0] ?? '').iat)
  }
  /** Its configuration is signed anew, and `/resolve` fetches it. */
  async function fetchLater(): Promise<void> {
    const before = await signed()
    const askLater = () => {
      ta.clock.ahead += 59
      const later = ta.now()
      leaf.options.now = () => new Date(later * 1000)
      return signed()
    }
    await expect.poll(askLater).toBeGreaterThan(before)
  }
  await fetchLater()
  expect(await asked()).toEqual([])
  leaf.options.metadata = relyingPartyNamed('New')
  await fetchLater()
  await expect.poll(asked).toEqual([JSON.stringify(['resolve', 'examination', leaf.id, null])])
  await ta.redis.client.del(ta.names.questions)
  await fetchLater()
  expect(await asked()).toEqual([])
  await close()
})

test('a member that is away, or that signs with keys nobody announced, stays as it was', async () => {
  const { leaf, close } = await start((it) => it.leaf({ metadata: relyingPartyNamed('Old') }))
  await store(leaf)
  expect(await name()).toBe('Old')
  leaf.misbehave('server error')
  ta.clock.ahead = 239
  for (let time = 0; time < 3; time++) expect(await name()).toBe('Old')
  await expect.poll(() => leaf.requests.length).toBeGreaterThan(0)
  expect(await name()).toBe('Old')
  await close()
})

test('an Intermediate that moves its fetch endpoint loses no leaf', async () => {
  const { top, close } = await start((it) => it.intermediate().leaf({ metadata: relyingPartyNamed('Below') }))
  const { metadata } = top.options
  top.options.metadata = { federation_entity: { federation_fetch_endpoint: `${top.id}/before` } }
  await store(top)
  top.options.metadata = metadata ?? {}
  expect(await name()).toBe('Below')
  await close()
})
