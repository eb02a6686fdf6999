/**
 * Tests the operator's tasks in the API and the result at the public endpoints: registers a real entity, issues and
 * revokes a Trust Mark, and deactivates the entity.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { type Entity, startEntity } from '#server/demo/entity.ts'
import { members } from '#server/demo/members.ts'
import { freePort } from '#test/helpers/port.ts'
import {
  connectAdmin,
  type Installation,
  type Product,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { mutate } from './mutation.ts'
import { fetchVerified, keysIn, verify } from './verify.ts'

const STATEMENT = 'entity-statement+jwt'

let installation: Installation
let product: Product
let admin: AdminClient
let rp: Entity
/** The keys of the Trust Anchor, obtained out of band: from its key directory. */
let keys: JSONWebKeySet
let anchor: string
let markType: string

beforeAll(async () => {
  installation = await prepareInstallation()
  anchor = installation.federationUrl
  markType = `${anchor}/trust-marks/member`
  product = await startProduct(installation)
  admin = await connectAdmin(installation)
  const directory = join(installation.dataDirectory, 'keys', 'publickeys')
  const files = await readdir(directory)
  keys = {
    keys: await Promise.all(
      files.map(async (file) => JSON.parse(await readFile(join(directory, file), 'utf8'))),
    ),
  }
  const member = members.find(({ slug }) => slug === 'library')
  if (!member) throw new Error('the demonstration has a library')
  const keyFile = join(installation.dataDirectory, '..', 'rp.json')
  const metadata = (id: string) => member.metadata(id, member.organization)
  rp = await startEntity({ port: await freePort(), keyFile, superiors: [anchor], metadata })
})
afterAll(async () => {
  await rp.close()
  await product.stop()
})

const url = (path: string, parameters: Record<string, string> = {}) =>
  `${anchor}${path}?${new URLSearchParams(parameters)}`
const resolveUrl = () => url('/resolve', { sub: rp.entityId, trust_anchor: anchor })
const markUrl = () => url('/trust_mark', { trust_mark_type: markType, sub: rp.entityId })

async function refusal(of: string) {
  const response = await fetch(of)
  expect(response.headers.get('content-type')).toContain('application/json')
  return { status: response.status, ...(await response.json()) }
}

async function statusOf(mark: string): Promise<unknown> {
  const body = new URLSearchParams({ trust_mark: mark })
  const type = 'trust-mark-status-response+jwt'
  const { claims } = await fetchVerified(url('/trust_mark_status'), {
    keys,
    type,
    request: { method: 'POST', body },
  })
  expect(claims).toMatchObject({ iss: anchor, trust_mark: mark })
  return claims.status
}

const getMark = () => fetchVerified(markUrl(), { keys, type: 'trust-mark+jwt' })
const getConfiguration = () => fetchVerified(url('/.well-known/openid-federation'), { keys, type: STATEMENT })
const issue = () =>
  mutate<{ id: string }>(admin, 'issueTrustMark', { trustMarkType: markType, entityId: rp.entityId }, 'id')

let subordinateId: string
let markId: string
let revokedMark: string

test('the Entity Configuration is self-signed with the published key and names the endpoints (§3, §5.1.1)', {
  tags: [
    '3/kid',
    '3.1.1/entity-types',
    '3.1.2/authority-hints-not-empty',
    '5.1.1/fetch-endpoint',
    '5.1.1/list-endpoint',
    '8.2/location',
    '8/published-endpoints',
    '9/federation-entity',
  ],
}, async () => {
  const { claims, jwt } = await getConfiguration()
  expect(claims).toMatchObject({
    iss: anchor,
    sub: anchor,
    metadata: {
      federation_entity: {
        federation_fetch_endpoint: `${anchor}/fetch`,
        federation_list_endpoint: `${anchor}/list`,
        federation_resolve_endpoint: `${anchor}/resolve`,
        federation_trust_mark_status_endpoint: `${anchor}/trust_mark_status`,
        federation_trust_mark_list_endpoint: `${anchor}/trust_mark_list`,
        federation_trust_mark_endpoint: `${anchor}/trust_mark`,
        federation_historical_keys_endpoint: `${anchor}/historical_keys`,
      },
    },
  })
  expect(claims).not.toHaveProperty('authority_hints')
  expect(keysIn(jwt)).toEqual(keys)
})

test('a created Trust Mark type has the anchor as its issuer (§3.1.2)', async () => {
  expect(
    await mutate(
      admin,
      'createTrustMarkType',
      { type: markType },
      'type autorenew validFor renewalTime active',
    ),
  ).toEqual({
    type: markType,
    autorenew: true,
    validFor: 8760,
    renewalTime: 48,
    active: true,
  })
  expect((await getConfiguration()).claims.trust_mark_issuers).toEqual({ [markType]: [anchor] })
})

test('a registered entity is listed, and a statement contains its keys (§8.1, §8.2)', {
  tags: ['3.1.1/subject-keys', '8.1/statements'],
}, async () => {
  const registered = await mutate<{ id: string }>(
    admin,
    'registerSubordinate',
    { entityId: rp.entityId },
    'id entityId active',
  )
  expect(registered).toMatchObject({ entityId: rp.entityId, active: true })
  subordinateId = registered.id
  expect(await (await fetch(url('/list'))).json()).toEqual([rp.entityId])
  expect(await (await fetch(url('/list', { entity_type: 'openid_relying_party' }))).json()).toEqual([
    rp.entityId,
  ])
  expect(await (await fetch(url('/list', { entity_type: 'openid_provider' }))).json()).toEqual([])

  const { claims, jwt } = await fetchVerified(url('/fetch', { sub: rp.entityId }), { keys, type: STATEMENT })
  expect(claims).toMatchObject({ iss: anchor, sub: rp.entityId })
  expect(claims.exp).toBeGreaterThan(Date.now() / 1000)
  expect(keysIn(jwt)).toEqual({ keys: [rp.publicKey] })
})

test('an issued mark is served, listed and active (§7, §8.4, §8.5, §8.6)', async () => {
  markId = (await issue()).id
  const { jwt, claims } = await getMark()
  expect(claims).toMatchObject({ iss: anchor, sub: rp.entityId, trust_mark_type: markType })
  expect(await statusOf(jwt)).toBe('active')
  expect(await (await fetch(url('/trust_mark_list', { trust_mark_type: markType }))).json()).toEqual([
    rp.entityId,
  ])
  for (const filter of [{ trust_marked: 'true' }, { trust_mark_type: markType }]) {
    expect(await (await fetch(url('/list', filter))).json()).toEqual([rp.entityId])
  }
})

test('/resolve answers with the resolved metadata, the mark and the chain (§8.3)', async () => {
  const { claims } = await fetchVerified(resolveUrl(), { keys, type: 'resolve-response+jwt' })
  expect(claims).toMatchObject({
    iss: anchor,
    sub: rp.entityId,
    metadata: {
      openid_relying_party: { client_name: 'Library portal', grant_types: ['authorization_code'] },
    },
    trust_marks: [{ trust_mark_type: markType, trust_mark: (await getMark()).jwt }],
  })
  const [configuration = '', statement = '', last = '', ...more] = claims.trust_chain as string[] // §8.3.2
  expect(more).toEqual([])
  const own = await verify(configuration, { keys: keysIn(statement), type: STATEMENT })
  expect(own).toMatchObject({ iss: rp.entityId, sub: rp.entityId, authority_hints: [anchor] })
  const stated = await verify(statement, { keys: keysIn(last), type: STATEMENT })
  expect(stated).toMatchObject({ iss: anchor, sub: rp.entityId })
  const ours = await verify(last, { keys, type: STATEMENT })
  expect(ours).toMatchObject({ iss: anchor, sub: anchor })
  const ends = [own, stated, ours, (await getMark()).claims].map(({ exp }) => Number(exp))
  expect(claims.exp).toBe(Math.min(...ends))
})

test('the historical keys are a signed key set (§8.7)', async () => {
  const { claims } = await fetchVerified(url('/historical_keys'), { keys, type: 'jwk-set+jwt' })
  expect(claims).toMatchObject({ iss: anchor, keys: [] })
})

test('a revoked mark is not served, and its JWT stays revoked after a new issue (§8.4, §8.6)', async () => {
  revokedMark = (await getMark()).jwt
  await mutate(admin, 'revokeTrustMark', { id: markId, reason: 'left the federation' }, 'active')
  expect(await refusal(markUrl())).toMatchObject({ status: 404, error: 'not_found' })
  expect(await statusOf(revokedMark)).toBe('revoked')
  expect(await (await fetch(url('/trust_mark_list', { trust_mark_type: markType }))).json()).toEqual([])
  expect(
    (await fetchVerified(resolveUrl(), { keys, type: 'resolve-response+jwt' })).claims,
  ).not.toHaveProperty('trust_marks')

  await issue()
  const { jwt } = await getMark()
  expect(jwt).not.toBe(revokedMark)
  expect(await statusOf(jwt)).toBe('active')
  expect(await statusOf(revokedMark)).toBe('revoked')
})

test('a deactivated entity disappears from every endpoint, and returns when reactivated', async () => {
  await mutate(admin, 'deactivateSubordinate', { id: subordinateId }, 'active')
  expect(await (await fetch(url('/list'))).json()).toEqual([])
  expect(await refusal(url('/fetch', { sub: rp.entityId }))).toMatchObject({
    status: 404,
    error: 'not_found',
  })
  expect(await refusal(resolveUrl())).toMatchObject({ status: 400, error: 'invalid_trust_chain' })

  await mutate(admin, 'reactivateSubordinate', { id: subordinateId }, 'active')
  expect(await (await fetch(url('/list'))).json()).toEqual([rp.entityId])
  await fetchVerified(resolveUrl(), { keys, type: 'resolve-response+jwt' })
})
