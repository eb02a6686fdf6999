/** Tests that the console’s state of a Trust Mark is the one that verifiers see (§7.3, §8.4.2). */
import { decodeJwt } from 'jose'
import { expect, it, vi } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issueOf, change, serve, holders, statusOf } = trustMarksOf(() => admin)

const admin = adminInFile()
const schedule = schedulesInFile(admin)

const sub = 'https://owner.example.org'

async function makeOwner() {
  const key = await generateSigningKey('ES256')
  return { key, owner: { sub, jwks: { keys: [toPublicJwk(key)] } } }
}

async function issueDelegated() {
  const { key, owner } = await makeOwner()
  const { id, type } = await createType({ owner })
  const iat = Math.floor(Date.now() / 1000)
  const claims = buildDelegation({ owner: sub, issuer: admin.entityId, type, iat })
  const delegation = await signJwt(claims, { key, typ: TRUST_MARK_DELEGATION_TYP })
  const mark = await issueOf(type, { delegation })
  return { typeId: id, type, owner, delegation, id: mark.id, jwt: mark.mark.jwt }
}

const judge = () => schedule.run('judge-trust-marks')

async function read(id: string) {
  const document = `query ($id: ID!) {
    trustMark(id: $id) { state invalidReason invalidSince }
    invalid: trustMarks(filter: {state: INVALID}) { edges { node { id } } }
    active: trustMarks(filter: {state: ACTIVE}) { edges { node { id } } }
    alerts { code severity message }
  }`
  const { data } = await admin.execute(document, { id }, 'viewer')
  const listed = (name: string) =>
    data[name].edges.some(({ node }: { node: { id: string } }) => node.id === id)
  const alert = data.alerts.find(({ code }: { code: string }) => code === 'TRUST_MARKS_INVALID')
  return { ...data.trustMark, isInvalid: listed('invalid'), isActive: listed('active'), alert }
}

it('is invalid after the key of the owner was replaced, and active again with the old key', async () => {
  const { id, typeId, jwt, owner } = await issueDelegated()
  await judge()
  expect(await read(id)).toMatchObject({ state: 'ACTIVE', isActive: true, isInvalid: false })

  await admin.mutate('updateTrustMarkType', { id: typeId, owner: (await makeOwner()).owner }, 'id')
  expect(await judge()).toBe('The state of 1 changed.')
  const reason = expect.stringContaining('The owner’s delegation is not valid: The JWT is signed with')
  expect(await read(id)).toMatchObject({
    state: 'INVALID',
    invalidReason: reason,
    invalidSince: expect.any(String),
    isInvalid: true,
    isActive: false,
    alert: { severity: 'CRITICAL', message: expect.stringContaining('Verifiers refuse 1 Trust Mark. ') },
  })
  expect(await statusOf(jwt)).toBe('invalid')
  expect(await judge()).toBe('Nothing has changed.')

  await admin.mutate('updateTrustMarkType', { id: typeId, owner }, 'id')
  await judge()
  const healed = { state: 'ACTIVE', invalidReason: null, invalidSince: null, alert: undefined }
  expect(await read(id)).toMatchObject(healed)
  expect(await statusOf(jwt)).toBe('active')
})

it('is invalid when its type gets an owner, and a mark with a delegation takes its place', async () => {
  const { id: typeId, type } = await createType()
  const { id, mark } = await issueOf(type)
  const { key, owner } = await makeOwner()
  await admin.mutate('updateTrustMarkType', { id: typeId, owner }, 'id')
  await judge()
  expect(await read(id)).toMatchObject({
    state: 'INVALID',
    invalidReason: `The Trust Mark has no delegation from ${sub}, the owner of the type "${type}".`,
  })
  expect(await statusOf(mark.jwt)).toBe('invalid')

  const claims = buildDelegation({
    owner: sub,
    issuer: admin.entityId,
    type,
    iat: Math.floor(Date.now() / 1000),
  })
  const delegation = await signJwt(claims, { key, typ: TRUST_MARK_DELEGATION_TYP })
  const next = await issueOf(type, { delegation })
  expect([next.id, next.state, await statusOf(next.mark.jwt)]).toEqual([id, 'ACTIVE', 'active'])
  await judge()
  expect(await read(id)).toMatchObject({ state: 'ACTIVE', isInvalid: false })
})

it('is invalid while its type is not active, is not served, and counts again afterwards', async () => {
  const { id: typeId, type } = await createType()
  const { id, mark } = await issueOf(type)
  const seen = async () => [await statusOf(mark.jwt), await holders(type), (await serve(type)).status]
  expect(await seen()).toEqual(['active', [subject], 200])
  await admin.mutate('updateTrustMarkType', { id: typeId, active: false }, 'id')
  await vi.waitFor(async () => expect(await seen()).toEqual(['invalid', [], 404]), patience)
  await judge()
  const dead = { state: 'INVALID', invalidReason: 'Its Trust Mark type is not active.', alert: undefined }
  expect(await read(id)).toMatchObject(dead)

  const renewed = await change('renew', id)
  expect(await statusOf(renewed.mark.jwt)).toBe('invalid')
  expect(await read(id)).toMatchObject(dead)
  const { db, publisher } = admin.server
  await publisher.rebuild()
  expect(await holders(type)).toEqual([])

  await admin.mutate('updateTrustMarkType', { id: typeId, active: true }, 'id')
  await judge()
  expect((await read(id)).state).toBe('ACTIVE')
  await vi.waitFor(async () => expect(await seen()).toEqual(['active', [subject], 200]), patience)
  expect(await db.trustMark.count({ where: { invalidSince: { not: null } } })).toBe(0)
})

it('does not resolve while its type is not active, though every issuer may issue the type', async () => {
  const { id: typeId, type } = await createType()
  const open = { trustMarkIssuers: { [type]: [] } }
  await admin.mutate('updateTrustAnchor', open, 'version', 'admin')
  const { leaf } = await registerLeaf(admin)
  const { mark } = await issueOf(type, { entityId: leaf.id })
  const resolved = async () => {
    const response = await admin.get('/resolve', { sub: leaf.id, trust_anchor: admin.entityId })
    return decodeJwt<{ trust_marks?: unknown[] }>(await response.text()).trust_marks ?? []
  }
  expect(await resolved()).toEqual([{ trust_mark_type: type, trust_mark: mark.jwt }])
  await admin.mutate('updateTrustMarkType', { id: typeId, active: false }, 'id')
  await vi.waitFor(async () => expect(await resolved()).toEqual([]), patience)
})

it('is invalid after its key was revoked as compromised, until it is signed again', async () => {
  const { id, jwt } = await issueDelegated()
  const { data } = await admin.execute('{ signingKeys { keys { kid state } } }', {}, 'admin')
  const { kid } = data.signingKeys.keys.find(({ state }: { state: string }) => state === 'CURRENT')
  await admin.mutate('revokeKey', { kid, reason: 'compromised', emergency: true }, 'kid', 'admin')
  await judge()
  expect(await read(id)).toMatchObject({
    state: 'INVALID',
    invalidReason: 'The key that signed it is no longer valid.',
  })
  await vi.waitFor(async () => expect(await statusOf(jwt)).toBe('invalid'), patience)
  const renewed = await admin.mutate('renewTrustMark', { id }, 'state mark { jwt }')
  expect([renewed.state, await statusOf(renewed.mark.jwt)]).toEqual(['ACTIVE', 'active'])
})
