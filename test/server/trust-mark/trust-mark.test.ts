/** Tests Trust Marks from the mutation to the public endpoints (§7, §8.4, §8.5, §8.6). */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import { validityOf } from '#server/publish/spread.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { verifiedByAnchor } from '#test/helpers/subordinate.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issueOf, issue, change, serve, holders, statusOf } = trustMarksOf(() => admin)

const admin = adminInFile()

describe('issueTrustMark', () => {
  it('serves an issued mark with its type, subject and validity', {
    tags: ['7/kid', '7/federation-key', 'mutation/issueTrustMark/success'],
  }, async () => {
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
    expect(validityOf(subject, Number(claims.exp) - Number(claims.iat))).toBe(24)
    expect(await holders(type)).toEqual([subject])
    expect(await statusOf(jwt)).toBe('active')
  })

  it('puts logo and reference of the type into the mark', async () => {
    const [logoUri, ref] = ['https://ta.example.org/logo.svg', 'https://ta.example.org/about']
    const { type } = await createType({ logoUri, ref })
    const { mark } = await issueOf(type)
    expect(decodeJwt(mark.jwt)).toMatchObject({ logo_uri: logoUri, ref })
  })

  it('refuses a second mark while one is valid', {
    tags: 'mutation/issueTrustMark/ConflictError',
  }, async () => {
    const { type, jwt } = await issue()
    expect(await issueOf(type)).toMatchObject({
      __typename: 'ConflictError',
      code: 'CONFLICT',
      path: ['input', 'entityId'],
    })
    expect(await (await serve(type)).text()).toBe(jwt)
  })

  it('issues one mark for two simultaneous requests', async () => {
    const { type } = await createType()
    const results = await Promise.all([issueOf(type), issueOf(type)])
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'ConflictError',
      'IssueTrustMarkSuccess',
    ])
  })

  it('limits the size of additionalClaims', async () => {
    const { type } = await createType()
    expect(await issueOf(type, { additionalClaims: { note: 'x'.repeat(200_000) } })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'additionalClaims'],
      message: expect.stringMatching(/At most 128 KiB/),
    })
  })

  it.for<[place: string, value: unknown, message: RegExp]>([
    ['additionalClaims.iss', { iss: 'https://else.example', exp: 1 }, /iss, exp/],
    ['additionalClaims.jti', { jti: 'mine' }, /jti/],
    ['validFor', 0, /at least 1/],
    ['validFor', 43_801, /43800/],
    ['renewalTime', 8760, /shorter than validFor/],
    ['renewalTime', -1, /renewalTime/],
    ['delegation', 'a.b.c', /no owner/],
  ])(
    'names %s when it is %j, and issues nothing',
    { tags: 'mutation/issueTrustMark/InvalidInputError' },
    async ([place, value, message]) => {
      const [field = '', ...inside] = place.split('.')
      const { type } = await createType()
      expect(await issueOf(type, { [field]: value })).toMatchObject({
        __typename: 'InvalidInputError',
        code: 'INVALID_INPUT',
        path: ['input', field, ...inside],
        message: expect.stringMatching(message),
      })
      expect((await serve(type)).status).toBe(404)
    },
  )

  it('refuses a type that does not exist', {
    tags: 'mutation/issueTrustMark/NotFoundError',
  }, async () => {
    expect(await issueOf('https://ta.example.org/unknown')).toMatchObject({
      __typename: 'NotFoundError',
      path: ['input', 'trustMarkType'],
    })
  })
})

describe('renewTrustMark', () => {
  it('serves a new mark and keeps the previous one active', {
    tags: 'mutation/renewTrustMark/success',
  }, async () => {
    const { type, id, jwt } = await issue()
    const { mark } = await change('renew', id)
    // Both may have been issued in the same second.
    expect(mark.jwt).not.toBe(jwt)
    expect(await (await serve(type)).text()).toBe(mark.jwt)
    expect(await Promise.all([statusOf(jwt), statusOf(mark.jwt)])).toEqual(['active', 'active'])
  })

  it('issues no mark for longer than the current maximum', async () => {
    const { id } = await issue({ validFor: 100 })
    const setMaximum = (maximumTrustMarkHours: number | null) =>
      admin.mutate('updateTrustAnchor', { maximumTrustMarkHours }, 'version', 'admin')
    await setMaximum(50)
    const { sub, iat, exp } = decodeJwt((await change('renew', id)).mark.jwt)
    await setMaximum(null)
    expect(validityOf(sub, Number(exp) - Number(iat))).toBe(50)
  })

  it('does not renew a revoked mark', { tags: 'mutation/renewTrustMark/InvalidInputError' }, async () => {
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
  it('unpublishes the mark and revokes every JWT of it', {
    tags: 'mutation/revokeTrustMark/success',
  }, async () => {
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

  it('keeps revoked marks revoked when a new mark is issued', async () => {
    const { type, id, jwt } = await issue()
    await change('revoke', id)
    const { mark } = await issueOf(type)
    expect(await (await serve(type)).text()).toBe(mark.jwt)
    expect(await Promise.all([statusOf(jwt), statusOf(mark.jwt)])).toEqual(['revoked', 'active'])
  })

  it('keeps the first reason on a second revocation', async () => {
    const { id } = await issue()
    await change('revoke', id, { reason: 'first' })
    expect(await change('revoke', id, { reason: 'second' })).toMatchObject({ revocationReason: 'first' })
  })
})

describe('updateTrustMark', () => {
  it('issues a mark with the changed claims and revokes the previous ones', {
    tags: 'mutation/updateTrustMark/success',
  }, async () => {
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

  it('resets its terms to those of its type', async () => {
    const { type } = await createType({ validFor: 200, renewalTime: 20, autorenew: false })
    const { id, mark } = await issueOf(type, { validFor: 100, renewalTime: 10, autorenew: true })
    const cleared = { validFor: null, renewalTime: null, autorenew: null }
    expect(await change('update', id, cleared)).toMatchObject({
      validFor: 200,
      renewalTime: 20,
      autorenew: false,
    })
    expect(await (await serve(type)).text()).toBe(mark.jwt)
  })

  it('refuses a change of an outdated version', {
    tags: 'mutation/updateTrustMark/ConflictError',
  }, async () => {
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

  it.for<[place: string, value: unknown, message: RegExp]>([
    ['renewalTime', 8760, /shorter than validFor/],
    ['additionalClaims.sub', { sub: 'https://else.example' }, /sub/],
    ['additionalClaims', 'high', /object/],
  ])(
    'names %s when it is changed to %j, and changes nothing',
    { tags: 'mutation/updateTrustMark/InvalidInputError' },
    async ([place, value, message]) => {
      const [field = '', ...inside] = place.split('.')
      const { type, id, jwt } = await issue()
      expect(await change('update', id, { [field]: value })).toMatchObject({
        __typename: 'InvalidInputError',
        path: ['input', field, ...inside],
        message: expect.stringMatching(message),
      })
      expect(await (await serve(type)).text()).toBe(jwt)
      expect(await statusOf(jwt)).toBe('active')
    },
  )
})
