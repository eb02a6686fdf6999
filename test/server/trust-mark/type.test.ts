/** Tests Trust Mark types, and their entries in the Entity Configuration (§3.1.2, §7). */
import { describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { servedConfiguration } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const TYPE =
  'id type version active autorenew statusList validFor renewalTime description logoUri ref owner { sub jwks }'
const newType = () => `https://ta.example.org/marks/${crypto.randomUUID()}`
const create = (input: object) => admin.mutate('createTrustMarkType', { type: newType(), ...input }, TYPE)
const update = (id: string, input: object) => admin.mutate('updateTrustMarkType', { id, ...input }, TYPE)
const issuersOf = async (type: string) => {
  const { trust_mark_issuers: issuers } = await servedConfiguration(admin)
  return (issuers as Record<string, string[]> | undefined)?.[type] // as §3.1.2 has it
}
const ownerOf = async (type: string) => {
  const { trust_mark_owners: owners } = await servedConfiguration(admin)
  return (owners as Record<string, object> | undefined)?.[type] // as §3.1.2 has it
}

describe('createTrustMarkType', () => {
  it('uses the defaults and names this anchor as an issuer', {
    tags: 'mutation/createTrustMarkType/success',
  }, async () => {
    const row = await create({})
    expect(row).toMatchObject({
      active: true,
      autorenew: true,
      statusList: false,
      validFor: 8760,
      renewalTime: 48,
      description: null,
      owner: null,
    })
    expect(await issuersOf(row.type)).toEqual([admin.entityId])
    expect(await ownerOf(row.type)).toBeUndefined()
  })

  it('names the owner in the Entity Configuration', {
    tags: ['3.1.2/owner-named', '7.2/owner'],
  }, async () => {
    const owner = {
      sub: 'https://owner.example.org',
      jwks: { keys: [toPublicJwk(await generateSigningKey('ES256'))] },
    }
    const row = await create({ owner })
    expect(await ownerOf(row.type)).toEqual(owner)
  })

  it('renews well before the end of a short lifetime', async () => {
    expect(await create({ validFor: 10 })).toMatchObject({ validFor: 10, renewalTime: 5 })
  })

  it('refuses a type that exists', { tags: 'mutation/createTrustMarkType/ConflictError' }, async () => {
    const { type } = await create({})
    expect(await create({ type })).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'type'],
    })
  })

  it.for<[field: string, value: unknown, message: RegExp]>([
    ['validFor', 0, /at least 1/],
    ['validFor', 43_801, /43800/],
    ['renewalTime', 8760, /shorter than validFor/],
    ['owner', { sub: 'https://owner.example.org' }, /owner\.jwks must be/],
    ['owner', { sub: 'no identifier', jwks: { keys: [] } }, /no identifier/],
    ['owner', { sub: 'https://owner.example.org', jwks: { keys: [] } }, /owner\.jwks/],
    ['owner', 'https://owner.example.org', /object/],
  ])(
    'names %s when it is %j, and creates nothing',
    { tags: 'mutation/createTrustMarkType/InvalidInputError' },
    async ([field, value, message]) => {
      const type = newType()
      expect(await create({ type, [field]: value })).toMatchObject({
        __typename: 'InvalidInputError',
        code: 'INVALID_INPUT',
        path: expect.arrayContaining(['input', field]),
        message: expect.stringMatching(message),
      })
      expect(await admin.server.db.trustMarkType.count({ where: { type } })).toBe(0)
    },
  )

  it('refuses an owner key that is private, and does not repeat it', async () => {
    const key = await generateSigningKey('ES256')
    const result = await create({ owner: { sub: 'https://owner.example.org', jwks: { keys: [key] } } })
    expect(result).toMatchObject({
      __typename: 'InvalidInputError',
      path: expect.arrayContaining(['input', 'owner']),
    })
    expect(result.message).not.toContain(key.d)
  })
})

describe('updateTrustMarkType', () => {
  it('keeps absent fields and clears null fields', {
    tags: 'mutation/updateTrustMarkType/success',
  }, async () => {
    const { id } = await create({
      description: 'Members',
      ref: 'https://ta.example.org/about',
      validFor: 100,
    })
    expect(await update(id, { description: null })).toMatchObject({
      description: null,
      ref: 'https://ta.example.org/about',
      validFor: 100,
      version: 2,
    })
  })

  it('resets its terms and flags to their defaults', async () => {
    const terms = { validFor: 100, renewalTime: 10, autorenew: false, active: false }
    const { id } = await create(terms)
    expect(
      await update(id, { validFor: null, renewalTime: null, autorenew: null, active: null }),
    ).toMatchObject({
      validFor: 8760,
      renewalTime: 48,
      autorenew: true,
      active: true,
      version: 2,
    })
    expect(await update(id, { validFor: 50, renewalTime: null })).toMatchObject({ renewalTime: 25 })
  })

  it('resets its validity to at most the maximum of the federation', async () => {
    const { id } = await create({ validFor: 10 })
    const setMaximum = (maximumTrustMarkHours: number | null) =>
      admin.mutate('updateTrustAnchor', { maximumTrustMarkHours }, 'version', 'admin')
    await setMaximum(50)
    expect(await update(id, { validFor: null })).toMatchObject({ validFor: 50 })
    await setMaximum(null)
  })

  it('removes an inactive type from the issuers, and issues no mark of it', async () => {
    const { id, type } = await create({})
    await update(id, { active: false })
    expect(await issuersOf(type)).toBeUndefined()
    const input = { trustMarkType: type, entityId: 'https://rp.example.org' }
    expect(await admin.mutate('issueTrustMark', input, 'id')).toMatchObject({
      __typename: 'InvalidInputError',
      path: ['input', 'trustMarkType'],
    })
  })

  it('refuses a change of an outdated version', {
    tags: 'mutation/updateTrustMarkType/ConflictError',
  }, async () => {
    const { id, version } = await create({})
    await update(id, { validFor: 24, version })
    expect(await update(id, { validFor: 25, version })).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    expect(await update(id, {})).toMatchObject({ validFor: 24 })
  })

  it.for<[field: string, value: unknown, message: RegExp]>([
    ['validFor', 43_801, /43800/],
    ['renewalTime', 100, /shorter than validFor/],
    ['owner', {}, /owner\.sub/],
  ])(
    'names %s when it is changed to %j, and changes nothing',
    { tags: 'mutation/updateTrustMarkType/InvalidInputError' },
    async ([field, value, message]) => {
      const { id } = await create({ validFor: 100 })
      expect(await update(id, { [field]: value })).toMatchObject({
        __typename: 'InvalidInputError',
        path: expect.arrayContaining(['input', field]),
        message: expect.stringMatching(message),
      })
      expect(await update(id, {})).toMatchObject({ version: 2, validFor: 100, owner: null })
    },
  )
})

describe('removeTrustMarkType', () => {
  const remove = (id: string) => admin.mutate('removeTrustMarkType', { id }, '')

  it('removes a type without issued marks from the Entity Configuration', {
    tags: 'mutation/removeTrustMarkType/success',
  }, async () => {
    const { id, type } = await create({})
    expect(await remove(id)).toMatchObject({ ids: [id] })
    expect(await issuersOf(type)).toBeUndefined()
    expect(await remove(id)).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND' })
  })

  it('keeps a type with an issued mark, because its status must remain available', {
    tags: 'mutation/removeTrustMarkType/ConflictError',
  }, async () => {
    const { id, type } = await create({})
    const input = { trustMarkType: type, entityId: 'https://rp.example.org' }
    const mark = await admin.mutate('issueTrustMark', input, 'id')
    await admin.mutate('revokeTrustMark', { id: mark.id }, 'id')
    expect(await remove(id)).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      message: expect.stringContaining('inactive'),
    })
    expect(await issuersOf(type)).toEqual([admin.entityId])
  })
})
