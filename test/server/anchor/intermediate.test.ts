/** An Intermediate of ours under an anchor of ours: made in one action, and kept in step during key rollovers. */
import { decodeJwt } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'

let entityId: string
let leaf: string
const admin = adminInFile()
const federation = inFile(() => below(`${admin.entityId}/sector`).leaf().start())
beforeAll(async () => {
  entityId = `${admin.entityId}/sector`
  leaf = federation.leaf.id
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

describe('its own Trust Anchor', () => {
  const resolveAtSector = () =>
    fetch(`${entityId}/resolve?${new URLSearchParams({ sub: leaf, trust_anchor: admin.entityId })}`)
  const pinnedKids = async () => {
    const pins = await admin.server.anchors.find('sector')?.running?.reader.trustAnchors()
    return pins?.get(admin.entityId)?.keys.map(({ kid }) => kid)
  }
  const kidsOfMain = () =>
    admin.server.anchors.first.signingKeys.current().statementKeys.keys.map(({ kid }) => kid)

  it('is known to it, without copied keys', async () => {
    await expect.poll(async () => (await resolveAtSector()).status).toBe(200)
    const answer = decodeJwt(await (await resolveAtSector()).text())
    expect(answer).toMatchObject({ iss: entityId, sub: leaf })
    const settings = '{ trustAnchor(anchor: "sector") { trustAnchors } }'
    expect((await admin.execute(settings)).data?.trustAnchor.trustAnchors).toEqual({})
  })

  it('is followed through an announced key and an emergency switch', async () => {
    // Not even the pin of an operator is in the way.
    const jwks = { keys: admin.server.anchors.first.signingKeys.current().statementKeys.keys }
    const trustAnchors = { [admin.entityId]: jwks }
    await as('updateTrustAnchor', { anchor: 'sector', trustAnchors }, 'version')
    const [before = ''] = kidsOfMain()
    const { kid } = await as('announceSigningKey', { anchor: 'main', alg: 'ES256' }, 'kid')
    await expect.poll(pinnedKids).toContain(kid)
    const revoked = {
      anchor: 'main',
      kid: before,
      reason: 'compromised',
      emergency: true,
      directoryExposed: false,
    }
    expect(await as('revokeKey', revoked, 'kid')).toMatchObject({ kid: before })
    await expect.poll(pinnedKids).toEqual([kid])
    expect(kidsOfMain()).toEqual([kid])
    await admin.server.anchors.find('sector')?.running?.services.pinnedAnchors.follow()
    const document = `query ($id: EntityIdentifier!, $at: EntityIdentifier!) {
      resolveEntity(anchor: "sector", entityId: $id, trustAnchor: $at) { resolved } }`
    const ask = async () =>
      (await admin.execute(document, { id: leaf, at: admin.entityId })).data?.resolveEntity.resolved
    await expect.poll(ask).not.toBeNull()
    const pinned = await admin.server.anchors.find('sector')?.running?.db.pinnedAnchor.count()
    expect(pinned).toBe(0)
  })
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
  it.each(steps)('%s never breaks a chain', async (_name, anchors) => {
    expect(await resolves()).toMatchObject({ resolved: true })
    const announced = await Promise.all(
      anchors.map(
        async (anchor) => (await as('announceSigningKey', { anchor, alg: 'ES256' }, 'kid')).kid as string,
      ),
    )
    if (anchors.includes('sector'))
      await expect.poll(kidsAtSuperior).toContain(announced[anchors.indexOf('sector')])
    expect(await resolves()).toMatchObject({ resolved: true })
    for (const anchor of anchors) {
      await as('switchSigningKey', { anchor, overrideReason: 'The test waits for no cache.' }, 'kid')
      expect(await resolves()).toMatchObject({ resolved: true })
    }
    await expect.poll(resolves).toMatchObject({ resolved: true })
  })
})

it('its superior learns the new key of an emergency, which nobody announced', {
  timeout: 60_000,
}, async () => {
  const sector = admin.server.anchors.find('sector')?.running
  const kids = () => sector?.signingKeys.current().published.keys.map(({ kid }) => kid) ?? []
  const [before = ''] = kids()
  const revoked = { anchor: 'sector', kid: before, reason: 'compromised', emergency: true }
  expect(await as('revokeKey', revoked, 'kid')).toMatchObject({ kid: before })
  expect(kids()).not.toContain(before)
  await expect.poll(kidsAtSuperior).toEqual(kids())
  await expect.poll(resolves).toMatchObject({ resolved: true })
})
