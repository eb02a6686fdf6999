/** Trust Marks from the mutation to the public endpoints (§7, §8.4, §8.5, §8.6). */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, publicJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { register, startLeaf, verifiedByAnchor } from '#test/helpers/subordinate.ts'

let admin: TestAdmin

beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

const subject = 'https://rp.example.org'
const MARK = 'id version state revocationReason validFor renewalTime autorenew mark { jwt }'
let counter = 0

async function createType(input: object = {}): Promise<{ id: string; type: string }> {
  const type = `https://ta.example.org/marks/${counter++}`
  const { id } = await admin.mutate('createTrustMarkType', { type, ...input }, 'id')
  return { id, type }
}

const issueOf = (trustMarkType: string, input: object = {}) =>
  admin.mutate('issueTrustMark', { trustMarkType, entityId: subject, ...input }, MARK)

/** A type of its own for each test, with a mark of it. */
async function issue(input: object = {}) {
  const { type } = await createType()
  const { id, version, mark } = await issueOf(type, input)
  return { type, id, version, jwt: mark.jwt as string }
}

const change = (name: 'renew' | 'update' | 'revoke', id: string, input: object = {}) =>
  admin.mutate(`${name}TrustMark`, { id, ...input }, MARK)

const serve = (type: string) => admin.get('/trust_mark', { trust_mark_type: type, sub: subject })
const holders = async (type: string) =>
  (await admin.get('/trust_mark_list', { trust_mark_type: type })).json()

/** Of one JWT, as its issuer signs it; the HTTP status when there is none. */
async function statusOf(jwt: string): Promise<unknown> {
  const body = new URLSearchParams({ trust_mark: jwt })
  const response = await fetch(`${admin.entityId}/trust_mark_status`, { method: 'POST', body })
  if (!response.ok) return response.status
  const { status } = await verifiedByAnchor(admin, await response.text(), 'trust-mark-status-response+jwt')
  return status
}

describe('issueTrustMark', () => {
  it('serves an issued mark with its type, subject and validity', async () => {
    const { type, jwt } = await issue({ validFor: 24, additionalClaims: { level: 'high' } })
    const response = await serve(type)
    expect(response.headers.get('content-type')).toBe('application/trust-mark+jwt')
    expect(await response.text()).toBe(jwt)
    expect(decodeProtectedHeader(jwt).typ).toBe('trust-mark+jwt')
    const claims = await verifiedByAnchor(admin, jwt, 'trust-mark+jwt')
    expect(claims).toMatchObject({
      iss: admin.entityId,
      sub: subject,
      trust_mark_type: type,
      level: 'high',
    })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(24 * 3600)
    expect(await holders(type)).toEqual([subject])
    expect(await statusOf(jwt)).toBe('active')
  })

  it('puts logo and reference of the type into the mark', async () => {
    const [logoUri, ref] = ['https://ta.example.org/logo.svg', 'https://ta.example.org/about']
    const { type } = await createType({ logoUri, ref })
    const { mark } = await issueOf(type)
    expect(decodeJwt(mark.jwt)).toMatchObject({ logo_uri: logoUri, ref })
  })

  it('refuses a second mark beside a valid one', async () => {
    const { type, jwt } = await issue()
    expect(await issueOf(type)).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'entityId'],
    })
    expect(await (await serve(type)).text()).toBe(jwt)
  })

  it('issues one mark when it is asked twice at the same moment', async () => {
    const { type } = await createType()
    const results = await Promise.all([issueOf(type), issueOf(type)])
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'ConflictError',
      'MutationIssueTrustMarkSuccess',
    ])
  })

  it.for<[field: string, value: unknown, message: RegExp]>([
    ['additionalClaims', { iss: 'https://else.example', exp: 1 }, /iss, exp/],
    ['additionalClaims', { jti: 'mine' }, /jti/],
    ['validFor', 0, /at least 1/],
    ['validFor', 43_801, /43800/],
    ['renewalTime', 8760, /shorter than validFor/],
    ['renewalTime', -1, /renewalTime/],
    ['delegation', 'a.b.c', /no owner/],
  ])('names %s when it is %j, and issues nothing', async ([field, value, message]) => {
    const { type } = await createType()
    expect(await issueOf(type, { [field]: value })).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      path: ['input', field],
      message: expect.stringMatching(message),
    })
    expect((await serve(type)).status).toBe(404)
  })

  it('does not know a type that was never created', async () => {
    expect(await issueOf('https://ta.example.org/unknown')).toMatchObject({
      __typename: 'NotFoundError',
      path: ['input', 'trustMarkType'],
    })
  })
})

describe('renewTrustMark', () => {
  it('serves another mark and leaves the one before active', async () => {
    const { type, id, jwt } = await issue()
    const { mark } = await change('renew', id)
    // Both may have been issued in the same second.
    expect(mark.jwt).not.toBe(jwt)
    expect(await (await serve(type)).text()).toBe(mark.jwt)
    expect(await Promise.all([statusOf(jwt), statusOf(mark.jwt)])).toEqual(['active', 'active'])
  })

  it('issues nothing for longer than the present maximum', async () => {
    const { id } = await issue({ validFor: 100 })
    const setMaximum = (maximumTrustMarkHours: number | null) =>
      admin.mutate('updateTrustAnchor', { maximumTrustMarkHours }, 'version', 'admin')
    await setMaximum(50)
    const { iat, exp } = decodeJwt((await change('renew', id)).mark.jwt)
    await setMaximum(null)
    expect(Number(exp) - Number(iat)).toBe(50 * 3600)
  })

  it('does not renew a revoked mark', async () => {
    const { id, type } = await issue()
    await change('revoke', id)
    expect(await change('renew', id)).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
    })
    expect((await serve(type)).status).toBe(404)
  })
})

describe('revokeTrustMark', () => {
  it('takes the mark off the endpoints and revokes every JWT of it', async () => {
    const { type, id, jwt } = await issue()
    const { mark } = await change('renew', id)
    expect(await change('revoke', id, { reason: 'left' })).toMatchObject({
      state: 'REVOKED',
      revocationReason: 'left',
    })
    const response = await serve(type)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'not_found' })
    expect(await holders(type)).toEqual([])
    expect(await Promise.all([statusOf(jwt), statusOf(mark.jwt)])).toEqual(['revoked', 'revoked'])
  })

  it('keeps what was revoked revoked when a new mark is issued', async () => {
    const { type, id, jwt } = await issue()
    await change('revoke', id)
    const { mark } = await issueOf(type)
    expect(await (await serve(type)).text()).toBe(mark.jwt)
    expect(await Promise.all([statusOf(jwt), statusOf(mark.jwt)])).toEqual(['revoked', 'active'])
  })

  it('keeps the reason of the first time when it is asked twice', async () => {
    const { id } = await issue()
    await change('revoke', id, { reason: 'first' })
    expect(await change('revoke', id, { reason: 'second' })).toMatchObject({ revocationReason: 'first' })
  })
})

describe('updateTrustMark', () => {
  it('issues a mark with the changed claims and revokes those before', async () => {
    const { type, id, jwt } = await issue({ additionalClaims: { level: 'low' } })
    const { mark } = await change('update', id, { additionalClaims: { level: 'high' } })
    expect(decodeJwt(await (await serve(type)).text())).toMatchObject({ level: 'high' })
    expect(await Promise.all([statusOf(jwt), statusOf(mark.jwt)])).toEqual(['revoked', 'active'])
  })

  it('keeps the mark when only its renewal changes', async () => {
    const { type, id, jwt } = await issue()
    expect(await change('update', id, { autorenew: false, renewalTime: 3 })).toMatchObject({
      autorenew: false,
      renewalTime: 3,
      validFor: 8760,
    })
    expect(await (await serve(type)).text()).toBe(jwt)
  })

  it('refuses a change of a version that is no longer the present one', async () => {
    const { type, id, version, jwt } = await issue()
    await change('update', id, { autorenew: false, version })
    expect(await change('update', id, { additionalClaims: { level: 'high' }, version })).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    expect(await (await serve(type)).text()).toBe(jwt)
    expect(await statusOf(jwt)).toBe('active')
  })
})

describe('a type with an owner (§7.2)', () => {
  const owner = 'https://owner.example.org'

  async function owned() {
    const key = await generateSigningKey('ES256')
    const jwks = { keys: [publicJwk(key)] }
    const { id, type } = await createType({ owner: { sub: owner, jwks } })
    const delegate = (changes: object = {}, by = key) => {
      const iat = Math.floor(Date.now() / 1000)
      const claims = buildDelegation({ owner, issuer: admin.entityId, type, iat })
      return signJwt({ ...claims, ...changes }, { key: by, typ: TRUST_MARK_DELEGATION_TYP })
    }
    return { id, type, key, delegate }
  }

  it('has marks with the delegation of the owner, also after they are renewed', async () => {
    const { type, delegate } = await owned()
    const delegation = await delegate()
    const { id, mark } = await issueOf(type, { delegation })
    expect(decodeJwt(mark.jwt).delegation).toBe(delegation)
    expect(decodeJwt((await change('renew', id)).mark.jwt).delegation).toBe(delegation)
  })

  it.for<[title: string, changes: object | null, message: RegExp]>([
    ['no delegation', null, /need a delegation/],
    ['a delegation to somebody else', { sub: 'https://else.example' }, /else\.example/],
    ['a delegation by somebody else', { iss: 'https://else.example' }, /else\.example/],
    ['a delegation of another type', { trust_mark_type: 'https://else.example/mark' }, /else\.example/],
    ['an expired delegation', { iat: 1_000_000_000, exp: 1_000_003_600 }, /expired/],
  ])('has no mark under %s', async ([, changes, message]) => {
    const { type, delegate } = await owned()
    const input = changes ? { delegation: await delegate(changes) } : {}
    expect(await issueOf(type, input)).toMatchObject({
      __typename: 'InvalidInputError',
      path: ['input', 'delegation'],
      message: expect.stringMatching(message),
    })
    expect((await serve(type)).status).toBe(404)
  })

  it('has no mark under a delegation that another key signed', async () => {
    const { type, key, delegate } = await owned()
    const other = { ...(await generateSigningKey('ES256')), kid: key.kid }
    expect(await issueOf(type, { delegation: await delegate({}, other) })).toMatchObject({
      __typename: 'InvalidInputError',
      path: ['input', 'delegation'],
      message: expect.stringMatching(/signature/),
    })
  })

  it('renews no mark that came before the owner and has no delegation', async () => {
    const { id: typeId, type } = await createType()
    const { id, mark } = await issueOf(type)
    const jwks = { keys: [publicJwk(await generateSigningKey('ES256'))] }
    await admin.mutate('updateTrustMarkType', { id: typeId, owner: { sub: owner, jwks } }, 'id')
    expect(await change('renew', id)).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
    })
    expect(await (await serve(type)).text()).toBe(mark.jwt)
  })
})

it('lets an entity in only with the Trust Marks that it must hold', async () => {
  const leaf = await startLeaf(admin)
  const { type } = await createType()
  const input = { requiredTrustMarks: [type] }
  const refused = await admin.mutate('registerSubordinate', { entityId: leaf.id, ...input }, 'id')
  expect(refused).toMatchObject({ __typename: 'EntityRejectedError', code: 'ENTITY_REJECTED' })
  const { id } = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: leaf.id }, 'id')
  const subordinate = await register(admin, leaf, input)
  await change('revoke', id)
  expect(await admin.mutate('renewSubordinate', { id: subordinate.id }, 'id')).toMatchObject({
    __typename: 'EntityRejectedError',
    message: expect.stringContaining(type),
  })
})
