/** Tests the status lists of Trust Marks: the reference in a mark, and the token of the list (draft-ietf-oauth-status-list). */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { STATUS_LIST_SIZE } from '#core/status-list.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { patience } from '#test/helpers/patience.ts'
import { entryOf, statusClaimOf, statusIn } from '#test/helpers/status-list.ts'
import { registerLeaf, servedConfiguration, verifiedByAnchor } from '#test/helpers/subordinate.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const admin = adminInFile()
const { createType, issueOf, change, statusOf } = trustMarksOf(() => admin)

const entityOf = (name: string) => `https://${name}.example.org`
const listed = async (input: object = {}) => (await createType({ statusList: true, ...input })).type

async function issue(type: string, name: string, input: object = {}) {
  const { id, mark } = await issueOf(type, { entityId: entityOf(name), ...input })
  return { id: id as string, jwt: mark.jwt as string }
}

/** The token of the list that a mark refers to. */
async function tokenOf(jwt: string): Promise<string> {
  const response = await fetch(entryOf(jwt).uri)
  expect(response.status).toBe(200)
  const token = await response.text()
  await verifiedByAnchor(admin, token, 'statuslist+jwt')
  return token
}

const listStatusOf = async (jwt: string) => statusIn(await tokenOf(jwt), jwt)

const expectStatus = (jwt: string, status: number) =>
  vi.waitFor(async () => expect(await listStatusOf(jwt)).toBe(status), patience)

describe('a type without a status list', () => {
  it('has marks without a reference', async () => {
    const { type } = await createType()
    expect(statusClaimOf((await issue(type, 'plain')).jwt)).toBeUndefined()
  })
})

describe('a type with a status list', () => {
  it('has marks that refer to an entry of a list below the anchor', async () => {
    const { idx, uri } = entryOf((await issue(await listed(), 'first')).jwt)
    expect(uri).toMatch(new RegExp(`^${admin.entityId}/status_list/[1-9][0-9]*$`))
    expect(idx).toBeGreaterThanOrEqual(0)
    expect(idx).toBeLessThan(STATUS_LIST_SIZE)
  })

  it('serves a Status List Token that a reader of another origin understands', async () => {
    const { jwt } = await issue(await listed(), 'token')
    const token = await tokenOf(jwt)
    expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'statuslist+jwt', kid: expect.any(String) })
    expect(decodeJwt(token)).toEqual({
      iss: admin.entityId,
      sub: entryOf(jwt).uri,
      iat: expect.any(Number),
      exp: (await servedConfiguration(admin)).exp,
      ttl: 60,
      status_list: { bits: 1, lst: expect.any(String) },
    })
    expect(statusIn(token, jwt)).toBe(0)
  })

  it('sets the bit of a revoked mark, and of no other', async () => {
    const type = await listed()
    const [revoked, valid] = [await issue(type, 'revoked'), await issue(type, 'valid')]
    await change('revoke', revoked.id)
    await expectStatus(revoked.jwt, 1)
    expect(await listStatusOf(valid.jwt)).toBe(0)
  })

  it('gives a renewed mark a new entry, and a revocation ends both', async () => {
    const { id, jwt } = await issue(await listed(), 'renewed')
    const { mark } = await change('renew', id)
    expect(entryOf(mark.jwt)).not.toEqual(entryOf(jwt))
    expect(await listStatusOf(jwt)).toBe(0)
    await change('revoke', id)
    await expectStatus(jwt, 1)
    await expectStatus(mark.jwt, 1)
  })

  it('ends the entry before a change of the claims', async () => {
    const { id, jwt } = await issue(await listed(), 'changed')
    const { mark } = await change('update', id, { additionalClaims: { level: 2, status: 'x' } })
    await expectStatus(jwt, 1)
    expect(await listStatusOf(mark.jwt)).toBe(0)
    expect(decodeJwt(mark.jwt).level).toBe(2)
  })

  it('sets the bit of a mark whose member is removed', async () => {
    const { id, leaf } = await registerLeaf(admin)
    const { mark } = await issueOf(await listed(), { entityId: leaf.id })
    expect(await listStatusOf(mark.jwt)).toBe(0)
    await admin.mutate('removeSubordinate', { id }, '')
    await expectStatus(mark.jwt, 1)
    expect(await statusOf(mark.jwt)).toBe('revoked')
  })

  it('sets the bit of a mark that is issued as revoked', async () => {
    const { mark } = await issueOf(await listed(), { active: false })
    await expectStatus(mark.jwt, 1)
  })

  it('revokes every mark while the type is not active', async () => {
    const { id: typeId, type } = await createType({ statusList: true })
    const { jwt } = await issue(type, 'inactive')
    await admin.mutate('updateTrustMarkType', { id: typeId, active: false }, 'id')
    await expectStatus(jwt, 1)
    expect(await statusOf(jwt)).toBe('invalid')
    await admin.mutate('updateTrustMarkType', { id: typeId, active: true }, 'id')
    await expectStatus(jwt, 0)
    expect(await statusOf(jwt)).toBe('active')
  })

  it('takes effect with the next signature of a mark', async () => {
    const { id: typeId, type } = await createType()
    const { id, jwt } = await issue(type, 'later')
    await admin.mutate('updateTrustMarkType', { id: typeId, statusList: true }, 'id')
    expect(statusClaimOf(jwt)).toBeUndefined()
    const { mark } = await change('renew', id)
    expect(await listStatusOf(mark.jwt)).toBe(0)
    await admin.mutate('updateTrustMarkType', { id: typeId, statusList: null }, 'id')
    expect(statusClaimOf((await change('renew', id)).mark.jwt)).toBeUndefined()
  })
})

it.each(['0', '999999', '01', 'x', '1.jwt', '-1'])('has no list %s', async (number) => {
  const response = await fetch(`${admin.entityId}/status_list/${number}`)
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error: 'not_found' })
})
