/** An Intermediate of ours under an anchor of ours: made in one action, and kept in step during key rollovers. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { below, type Federation, relyingParty } from '#test/helpers/federation.ts'

let admin: TestAdmin
let entityId: string
let federation: Federation
let leaf: string
beforeAll(async () => {
  admin = await startAdmin()
  entityId = `${admin.entityId}/sector`
  federation = await below(entityId).leaf({ metadata: relyingParty }).start()
  leaf = federation.leaf.id
})
afterAll(async () => {
  await federation?.close()
  await admin?.close()
})

const as = (name: string, input: object, selection = 'slug') => admin.mutate(name, input, selection, 'admin')

/** As the superior's operators see it, with fresh statements. */
async function resolves(): Promise<unknown> {
  const document = `query ($id: EntityIdentifier!) { resolveEntity(anchor: "main", entityId: $id) { resolved failures { reason } } }`
  return (await admin.execute(document, { id: leaf }, 'admin')).data?.resolveEntity
}

/** The keys in the superior's statement about the Intermediate. */
async function kidsAtSuperior(): Promise<string[]> {
  const jwt = await (await admin.get('/fetch', { sub: entityId })).text()
  return decodeJwt<{ jwks: { keys: { kid: string }[] } }>(jwt).jwks.keys.map(({ kid }) => kid)
}

it('is made in one action, and its members resolve from the superior', async () => {
  await as('createTrustAnchor', { slug: 'sector', entityId, displayName: 'Sector', superior: 'main' })
  const { data } = await admin.execute(
    '{ trustAnchor(anchor: "sector") { authorityHints superiors { entityId } } subordinates(anchor: "main", first: 5) { edges { node { entityId intermediate } } } }',
    {},
    'admin',
  )
  expect(data).toMatchObject({
    trustAnchor: { authorityHints: [admin.entityId], superiors: [{ entityId: admin.entityId }] },
    subordinates: { edges: [{ node: { entityId, intermediate: true } }] },
  })
  await as('registerSubordinate', { anchor: 'sector', entityId: leaf }, 'id')
  await expect
    .poll(async () => (await admin.get('/resolve', { sub: leaf, trust_anchor: admin.entityId })).status)
    .toBe(200)
  const answer = await admin.get('/resolve', { sub: leaf, trust_anchor: admin.entityId })
  expect(decodeJwt(await answer.text())).toMatchObject({ iss: admin.entityId, sub: leaf })
})

describe('the action', () => {
  it('is refused where it would make a circle, or is done already', async () => {
    const circle = { anchor: 'main', superior: 'sector' }
    expect(await as('makeIntermediate', circle)).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'superior'],
    })
    const again = { anchor: 'sector', superior: 'main' }
    expect(await as('makeIntermediate', again)).toMatchObject({ code: 'CONFLICT' })
    expect(await as('makeIntermediate', { anchor: 'sector', superior: 'none' })).toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('leaves nothing behind where the superior refuses', {
    tags: ['mutation/createTrustAnchor/EntityRejectedError', 'mutation/makeIntermediate/EntityRejectedError'],
  }, async () => {
    const metadataPolicy = { federation_entity: { organization_name: { essential: true } } }
    await as('updateFederationPolicy', { anchor: 'main', metadataPolicy }, 'version')
    const entityId = `${admin.entityId}/deep`
    const input = { slug: 'deep', entityId, displayName: 'Deep', superior: 'main' }
    expect(await as('createTrustAnchor', input)).toMatchObject({ code: 'ENTITY_REJECTED' })
    const { data } = await admin.execute('{ trustAnchors { slug } }', {}, 'admin')
    expect(data?.trustAnchors).toEqual([{ slug: 'main' }, { slug: 'sector' }])
    await as('createTrustAnchor', { ...input, superior: null })
    expect(await as('makeIntermediate', { anchor: 'deep', superior: 'main' })).toMatchObject({
      code: 'ENTITY_REJECTED',
    })
    const { data: deep } = await admin.execute(
      '{ trustAnchor(anchor: "deep") { authorityHints } }',
      {},
      'admin',
    )
    expect(deep?.trustAnchor).toEqual({ authorityHints: [] })
    await as('updateFederationPolicy', { anchor: 'main', metadataPolicy: null }, 'version')
  })
})

describe('a key rollover', () => {
  const steps: [string, string[]][] = [
    ['of the Intermediate', ['sector']],
    ['of the superior', ['main']],
    ['of both at the same time', ['sector', 'main']],
  ]
  it.each(steps)('%s never breaks a chain', { timeout: 60_000 }, async (_name, anchors) => {
    expect(await resolves()).toMatchObject({ resolved: true })
    const announced = await Promise.all(
      anchors.map(
        async (anchor) => (await as('announceSigningKey', { anchor, alg: 'ES256' }, 'kid')).kid as string,
      ),
    )
    if (anchors.includes('sector'))
      await expect.poll(kidsAtSuperior, { timeout: 20_000 }).toContain(announced[anchors.indexOf('sector')])
    expect(await resolves()).toMatchObject({ resolved: true })
    for (const anchor of anchors) {
      await as('switchSigningKey', { anchor, overrideReason: 'The test waits for no cache.' }, 'kid')
      expect(await resolves()).toMatchObject({ resolved: true })
    }
    await expect.poll(resolves).toMatchObject({ resolved: true })
  })
})
