/** `/resolve` for entities below the Immediate Subordinates, whose statements must be fetched (§10.1). */
import { decodeJwt } from 'jose'
import { beforeEach, expect, test } from 'vitest'
import type { Fault } from '#test/helpers/fault.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { offlineEntity } from '../offline-entity.ts'
import { startRawServer } from '../raw-server.ts'
import { configuredInFile, entityId } from '../trust-anchor.ts'

const ta = configuredInFile()
const federation = inFile(() => below(entityId).intermediate().leaf().start())

/** Registers the Intermediate with the claims of its superior. */
async function register(statement: Record<string, unknown> = {}) {
  const { id, keys } = federation.top
  const configuration = await federation.top.configuration()
  await ta.publishSubordinate({ id, keys, configuration, entityTypes: ['federation_entity'], statement })
}

beforeEach(async () => {
  federation.leaf.misbehave(undefined)
  await register()
})

const resolve = (sub = federation.leaf.id) => ta.get('/resolve', { sub, trust_anchor: entityId })

test('fetches only statements that are not published here', {
  tags: '10.1/climb',
}, async () => {
  federation.top.requests.length = 0
  const answer = await resolve()
  expect(answer.statusCode).toBe(200)
  const { trust_chain, metadata } = decodeJwt<{ trust_chain: string[]; metadata: object }>(answer.body)
  expect(trust_chain.map((jwt) => decodeJwt(jwt).iss)).toEqual([
    federation.leaf.id,
    federation.top.id,
    entityId,
    entityId,
  ])
  expect(metadata).toEqual(federation.leaf.options.metadata)
  expect(federation.top.requests).toEqual([`/fetch?sub=${encodeURIComponent(federation.leaf.id)}`])
})

test('fetches once for concurrent requests, and not again while the response is valid', async () => {
  await ta.forget()
  await register({ metadata_policy: {} })
  federation.leaf.requests.length = 0
  const answers = await Promise.all(Array.from({ length: 20 }, () => resolve()))
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  expect((await resolve()).body).toBe(answers[0]?.body)
  expect(federation.leaf.requests).toHaveLength(1)
})

test('enforces constraints on the path (§6.2.1)', {
  tags: ['10.2/constraints', '6.2.1/intermediates'],
}, async () => {
  await register({ constraints: { max_path_length: 0 } })
  const answer = await resolve()
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ error: 'invalid_trust_chain' })
  expect(answer.json().error_description).toContain('Intermediates')
})

test('applies the policy of every superior (§6.1.4)', { tags: '10.2/metadata' }, async () => {
  await register({ metadata_policy: { openid_relying_party: { client_name: { value: 'From above' } } } })
  const { metadata } = decodeJwt((await resolve()).body)
  expect(metadata).toMatchObject({ openid_relying_party: { client_name: 'From above' } })
})

test('entities below a removed subordinate no longer resolve', async () => {
  expect((await resolve()).statusCode).toBe(200)
  await ta.removeSubordinate(federation.top.id)
  const answer = await resolve()
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ error: 'invalid_trust_chain' })
})

test('fetches a fresh configuration when the stored one has expired', { tags: '11/refresh' }, async () => {
  const { id, keys } = federation.top
  const expired = await ta.sign({ iss: id, sub: id, iat: 1, exp: 2 }, 'entity-statement+jwt')
  await ta.publishSubordinate({ id, keys, configuration: expired })
  federation.top.requests.length = 0
  expect((await resolve(id)).statusCode).toBe(200)
  expect(federation.top.requests).toEqual(['/.well-known/openid-federation'])
})

test('uses the stored configuration of an entity only while it is a subordinate', async () => {
  const { id } = federation.leaf
  await ta.redis.client.hset(ta.names.subordinateConfigurations, id, await federation.leaf.configuration())
  await ta.forget()
  federation.leaf.requests.length = 0
  expect((await resolve()).statusCode).toBe(200)
  expect(federation.leaf.requests).toEqual(['/.well-known/openid-federation'])
  await ta.redis.client.hdel(ta.names.subordinateConfigurations, id)
})

const faults: [fault: Fault, status: number, error: string][] = [
  ['not found', 404, 'not_found'],
  ['server error', 503, 'temporarily_unavailable'],
  ['html', 400, 'invalid_trust_chain'],
  proves(['redirect', 400, 'invalid_trust_chain'], 'fault/member-misbehaves'),
  proves(['huge', 400, 'invalid_trust_chain'], 'fault/member-misbehaves'),
  proves(['rubbish', 400, 'invalid_trust_chain'], 'fault/member-misbehaves'),
  ['expired', 400, 'invalid_trust_chain'],
  ['wrong typ', 400, 'invalid_trust_chain'],
  ['wrong signature', 400, 'invalid_trust_chain'],
  ['foreign subject', 400, 'invalid_trust_chain'],
  ['no authority hint', 400, 'invalid_trust_chain'],
]

eachRow(faults)('reports an entity that misbehaves: %s', async (fault, status, error) => {
  federation.leaf.misbehave(fault)
  await ta.forget()
  await register({ metadata_policy: { openid_relying_party: { [fault]: { essential: false } } } })
  const answer = await resolve()
  expect(answer.json()).toEqual({ error, error_description: expect.stringMatching(/\w/) })
  expect(answer.statusCode).toBe(status)
})

test('caches a refusal, but not after a change', async () => {
  federation.leaf.misbehave('not found')
  await ta.forget()
  await register({ metadata_policy: { oauth_client: {} } })
  expect((await resolve()).statusCode).toBe(404)
  federation.leaf.misbehave(undefined)
  expect((await resolve()).statusCode).toBe(404)
  await register()
  expect((await resolve()).statusCode).toBe(200)
})

test('does not cache a refusal if a change happened during the resolution', async () => {
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let configuration: string | undefined
  const server = await startRawServer(async (_request, response) => {
    asked.resolve()
    await answered.promise
    const type = 'application/entity-statement+jwt'
    if (configuration === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': type }).end(configuration)
  })
  const late = await offlineEntity(server.url)
  await ta.publishSubordinate({ id: late.id, keys: late.keys })
  const refused = resolve(late.id)
  await asked.promise
  await ta.announce({ kind: 'all' })
  answered.resolve()
  expect((await refused).statusCode).toBe(404)
  configuration = late.configuration
  expect((await resolve(late.id)).statusCode).toBe(200)
  await server.close()
})
