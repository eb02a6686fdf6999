/** An Intermediate answers with what a superior of the same installation publishes now, not with what it once fetched. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'

const admin = adminInFile()
const federation = inFile(() => below(`${admin.entityId}/sector`).leaf().start())
const sector = () => `${admin.entityId}/sector`
/** The promise to operators, in milliseconds. */
const soon = { timeout: 10_000, interval: 100 }

const as = (name: string, input: object, selection: string) => admin.mutate(name, input, selection, 'admin')

type Resolved = { trust_chain: string[]; metadata: { openid_relying_party: Record<string, unknown> } }
type Answer = { status: number; resolved: Resolved | null }

async function resolve(subject = federation.leaf.id, at = sector()): Promise<Answer> {
  const query = new URLSearchParams({ sub: subject, trust_anchor: admin.entityId })
  const response = await fetch(`${at}/resolve?${query}`)
  const text = await response.text()
  return { status: response.status, resolved: response.ok ? decodeJwt<Resolved>(text) : null }
}

const contactsOf = ({ resolved }: Answer) => resolved?.metadata.openid_relying_party.contacts
const statusOf = async (...place: Parameters<typeof resolve>) => (await resolve(...place)).status

/** What the superior has of the Intermediate. */
async function registrationId(): Promise<string> {
  const document = `query ($id: EntityIdentifier!) { subordinate(anchor: "main", entityId: $id) { id } }`
  return (await admin.execute(document, { id: sector() })).data?.subordinate.id
}

beforeAll(async () => {
  const entityId = sector()
  await as('createTrustAnchor', { slug: 'sector', entityId, displayName: 'Sector', superior: 'main' }, 'slug')
  await as('registerSubordinate', { anchor: 'sector', entityId: federation.leaf.id }, 'id')
})

/** The answer is built, kept in memory and in Redis, and repeated by the fast path. */
beforeEach(async () => {
  await expect.poll(() => statusOf(), soon).toBe(200)
  for (let time = 0; time < 3; time++) expect(await statusOf()).toBe(200)
})

it('follows a policy', async () => {
  const policy = (value: string[]) => ({ openid_relying_party: { contacts: { value } } })
  for (const contacts of [['one@example.org'], ['two@example.org']]) {
    const input = { anchor: 'main', metadataPolicy: policy(contacts) }
    await as('updateFederationPolicy', input, 'version')
    await expect.poll(async () => contactsOf(await resolve()), soon).toEqual(contacts)
  }
  await as('updateFederationPolicy', { anchor: 'main', metadataPolicy: null }, 'version')
  await expect.poll(async () => contactsOf(await resolve()), soon).not.toEqual(['two@example.org'])
})

it('follows constraints', async () => {
  const id = await registrationId()
  const constrain = (constraints: object | null) =>
    as('updateSubordinate', { anchor: 'main', id, constraints }, 'id')
  await constrain({ allowed_entity_types: ['openid_provider'] })
  const typesOf = async () => Object.keys((await resolve()).resolved?.metadata ?? {})
  await expect.poll(typesOf, soon).not.toContain('openid_relying_party')
  await constrain({ max_path_length: 0 })
  await expect.poll(() => statusOf(), soon).toBe(400)
  await constrain(null)
  await expect.poll(typesOf, soon).toContain('openid_relying_party')
})

it('follows a deactivation and a reactivation', async () => {
  const id = await registrationId()
  await as('deactivateSubordinate', { anchor: 'main', id }, 'id')
  await expect.poll(() => statusOf(), soon).toBe(400)
  await as('reactivateSubordinate', { anchor: 'main', id }, 'id')
  await expect.poll(() => statusOf(), soon).toBe(200)
})

it.each(['main', 'sector'])('follows a rollover of the keys of %s', async (anchor) => {
  const kidsInChain = async () => {
    const chain = (await resolve()).resolved?.trust_chain ?? []
    return new Set(chain.map((jwt) => decodeProtectedHeader(jwt).kid))
  }
  const { kid } = await as('announceSigningKey', { anchor, alg: 'ES256' }, 'kid')
  await as('switchSigningKey', { anchor, overrideReason: 'The test waits for no cache.' }, 'kid')
  await expect.poll(kidsInChain, soon).toContain(kid)
})

it('is itself followed by its superior', async () => {
  const leaf = federation.leaf.id
  await expect.poll(() => statusOf(leaf, admin.entityId), soon).toBe(200)
  const document = `query ($id: EntityIdentifier!) { subordinate(anchor: "sector", entityId: $id) { id } }`
  const { id } = (await admin.execute(document, { id: leaf })).data?.subordinate ?? {}
  await as('deactivateSubordinate', { anchor: 'sector', id }, 'id')
  await expect.poll(() => statusOf(leaf, admin.entityId), soon).toBe(400)
  await as('reactivateSubordinate', { anchor: 'sector', id }, 'id')
  await expect.poll(() => statusOf(leaf, admin.entityId), soon).toBe(200)
})

it('keeps copies of nothing but what others publish', async () => {
  const copies = await admin.redis.client.keys('*cache:statement:*')
  const issuers = await Promise.all(
    copies.map(async (key) => decodeJwt(JSON.parse(String(await admin.redis.client.get(key))).jwt).iss),
  )
  expect(issuers).toEqual([federation.leaf.id])
})
