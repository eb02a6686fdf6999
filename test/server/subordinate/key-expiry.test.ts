/** Tests keys of members that end by themselves: none is vouched for after its `exp`, by any statement. */
import { decodeJwt } from 'jose'
import { expect, it, vi } from 'vitest'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { patience } from '#test/helpers/patience.ts'
import { register, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

/** Seconds; its configurations are valid for longer. */
const LIFETIME = 1800

let ahead = 0
const admin = adminInFile({ now: () => new Date(Date.now() + ahead * 1000) })

/** The key with which it signs, soon. */
function endFirstKey({ keys }: TestEntity): number {
  const exp = Math.floor(Date.now() / 1000) + LIFETIME
  keys.keys = keys.keys.map((key): Jwk => ({ ...key, exp }) as Jwk) // jose does not know the member
  return exp
}

it('ends the statement with the last key that it vouches for', async () => {
  const leaf = await startLeaf(admin)
  const exp = endFirstKey(leaf)
  await register(admin, leaf)
  expect(await servedStatement(admin, leaf.id)).toMatchObject({ exp, jwks: leaf.keys })
})

it('leaves out a key that has expired, and refuses a configuration that it signed', async () => {
  const leaf = await startLeaf(admin)
  const next = await generateSigningKey('ES256')
  endFirstKey(leaf)
  leaf.keys.keys.push(toPublicJwk(next))
  const { id } = await register(admin, leaf)
  ahead = LIFETIME + 60
  const row = () => admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })
  const checked = await admin.server.services.subordinates.check(jobCaller('check'), await row(), null)
  expect(checked).toMatchObject({ result: 'FAILED', message: expect.stringContaining('expired at') })
  leaf.key = next
  await admin.mutate('renewSubordinate', { id }, 'id')
  const statement = decodeJwt<{ jwks: JwkSet }>((await row()).statement ?? '')
  expect(statement.jwks.keys.map(({ kid }) => kid)).toEqual([next.kid])
  ahead = 0
})

/** The kids that a JWT as served lists, and its `exp`. */
async function kidsOf(path: string, parameters: Record<string, string> = {}) {
  const jwt = await (await admin.get(path, parameters)).text()
  const { jwks, exp, trust_mark_owners = {} } = decodeJwt<Listing>(jwt)
  const owners = Object.values(trust_mark_owners).map((owner) => kids(owner.jwks))
  return { own: kids(jwks), owners, exp }
}

type Listing = { jwks: JwkSet; trust_mark_owners?: Record<string, { jwks: JwkSet }> }
const kids = ({ keys }: JwkSet) => keys.map(({ kid }) => kid)

it('signs a statement again when a key ends, without prolonging it', async () => {
  const leaf = await startLeaf(admin)
  const next = await generateSigningKey('ES256')
  endFirstKey(leaf)
  leaf.keys.keys.push(toPublicJwk(next))
  const { id } = await register(admin, leaf, { autorenew: false })
  const { exp } = await kidsOf('/fetch', { sub: leaf.id })
  leaf.misbehave('hang')
  ahead = LIFETIME + 1
  const document = 'query ($id: ID!) { subordinate(id: $id) { nextSignature { at } lastCheckedAt } }'
  const before = await admin.execute(document, { id }, 'viewer')
  const listing = () => kidsOf('/fetch', { sub: leaf.id })
  await vi.waitFor(async () => expect(await listing()).toMatchObject({ own: [next.kid], exp }), patience)
  expect(await admin.execute(document, { id }, 'viewer')).toEqual(before)
  ahead = 0
})

it('signs the Entity Configuration again when a key of an owner ends', async () => {
  const exp = Math.floor(Date.now() / 1000) + LIFETIME
  const [ending, lasting] = [await generateSigningKey('ES256'), await generateSigningKey('ES256')]
  const jwks = { keys: [{ ...toPublicJwk(ending), exp }, toPublicJwk(lasting)] }
  const type = 'https://owner.example.org/marks/owned'
  const owner = { sub: 'https://owner.example.org', jwks }
  await admin.mutate('createTrustMarkType', { type, owner }, 'id')
  const listing = async () => (await kidsOf('/.well-known/openid-federation')).owners
  await vi.waitFor(async () => expect(await listing()).toEqual([[ending.kid, lasting.kid]]), patience)
  ahead = LIFETIME + 1
  await vi.waitFor(async () => expect(await listing()).toEqual([[lasting.kid]]), patience)
  ahead = 0
})

it('lists a key that begins while the statement is valid, and none that begins later', async () => {
  const leaf = await startLeaf(admin)
  const beginning = async (seconds: number) => {
    const nbf = Math.floor(Date.now() / 1000) + seconds
    return { ...toPublicJwk(await generateSigningKey('ES256')), nbf }
  }
  const [soon, late] = [await beginning(1800), await beginning(7200)]
  leaf.keys.keys.push(soon, late)
  await register(admin, leaf, { validFor: 1 })
  const listing = await kidsOf('/fetch', { sub: leaf.id })
  expect(listing.own).toEqual([leaf.key.kid, soon.kid])
})
