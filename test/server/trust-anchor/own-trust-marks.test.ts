/** Tests the Trust Marks that others issued to this anchor: they are fetched again before they expire, and verified. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inEach, inFile, standIn } from '#test/helpers/in-file.ts'
import { servedConfiguration } from '#test/helpers/subordinate.ts'
import { startScheduledAnchor } from './scheduled-anchor.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const type = 'https://marks.example/member'

let present: string

const anchor = inFile(() => startScheduledAnchor('renew-own-trust-marks'))
const admin = standIn(() => anchor.admin)
const issuer = inEach(startEntity)
beforeEach(async () => {
  onTestFinished(() => issuer.close())
  issuer.options.metadata = {
    federation_entity: { federation_trust_mark_endpoint: `${issuer.id}/trust_mark` },
  }
  present = await issue({ days: 9 })
  await hold(present)
})
afterEach(async () => {
  anchor.clock.ahead = 0
  await admin.server.db.ownTrustMark.deleteMany()
})

const now = () => Math.floor(Date.now() / 1000)

type Issued = { days: number; key?: Jwk; claims?: object; issuedBefore?: number }

/** By default, nine days of a mark that was issued for 90. */
function issue({ days, key = issuer.key, claims = {}, issuedBefore = 81 * DAY }: Issued): Promise<string> {
  const iat = now() - issuedBefore
  const mark = buildTrustMark({
    issuer: issuer.id,
    subject: admin.entityId,
    type,
    iat,
    exp: now() + days * DAY,
  })
  return signJwt({ ...mark, ...claims }, { key, typ: TRUST_MARK_TYP })
}

async function hold(...trustMarks: string[]) {
  const { message } = await anchor.set({ trustMarks })
  expect(message).toBeUndefined()
}

const offer = (jwt: string | undefined) => {
  issuer.mark = async () => jwt
}

const renew = () => anchor.run()

async function published(): Promise<string[]> {
  const { trust_marks } = await servedConfiguration(admin)
  return ((trust_marks ?? []) as { trust_mark: string }[]).map(({ trust_mark }) => trust_mark)
}

async function alerts() {
  return (await anchor.alerts()).filter(({ code }) => code === 'OWN_TRUST_MARK_FAILING')
}

async function view() {
  const { data } = await admin.execute(
    '{ trustAnchor { ownTrustMarks { trustMarkType issuer expiresAt checkedAt lastError } } }',
  )
  return data.trustAnchor.ownTrustMarks
}

const changes = () => anchor.changes()

it('fetches a mark that expires soon, stores it and publishes it', async () => {
  const later = await issue({ days: 90 })
  const asked: URLSearchParams[] = []
  issuer.mark = async (parameters) => {
    asked.push(parameters)
    return later
  }
  expect(await view()).toMatchObject([{ trustMarkType: type, issuer: issuer.id, checkedAt: null }])
  expect(await renew()).toBe('1 due, 1 of them renewed.')
  expect(await published()).toEqual([later])
  expect(asked.map((each) => Object.fromEntries(each))).toEqual([
    { trust_mark_type: type, sub: admin.entityId },
  ])
  expect(await changes()).toHaveLength(1)
  expect(await view()).toMatchObject([{ checkedAt: expect.any(String), lastError: null }])
  expect(await renew()).toBe('None is due.')
  expect(asked).toHaveLength(1)
})

it('keeps the place of a mark among others, and those that are not due or never expire', async () => {
  const other = await issue({ days: 200, claims: { trust_mark_type: `${type}/other` } })
  const eternal = await issue({ days: 1, claims: { exp: undefined } })
  await hold(other, present, eternal)
  const later = await issue({ days: 90 })
  offer(later)
  expect(await renew()).toBe('1 due, 1 of them renewed.')
  expect(await published()).toEqual([other, later, eternal])
})

it('replaces a mark that has expired', async () => {
  await hold(await issue({ days: -1 }))
  const later = await issue({ days: 90 })
  offer(later)
  await renew()
  expect(await published()).toEqual([later])
})

it('waits while its issuer offers no later one', async () => {
  offer(present)
  expect(await renew()).toBe('1 due, 0 of them renewed.')
  expect(await published()).toEqual([present])
  expect(await changes()).toEqual([])
  anchor.clock.ahead = 2 * HOUR
  expect(await alerts()).toEqual([])
})

describe('keeps the mark, and raises an alert,', () => {
  type Change = () => unknown
  it.each<[string, Change, RegExp]>([
    ['when its issuer refuses', () => offer(undefined), /404/],
    ['when its issuer cannot be reached', () => issuer.misbehave('server error'), /500/],
    [
      'when its issuer has no endpoint for it',
      () => {
        issuer.options.metadata = {}
      },
      /federation_trust_mark_endpoint/,
    ],
    ['for a document that is no Trust Mark', () => offer('not.a.mark'), /JWT/],
    [
      'for a mark of another key',
      async () => offer(await issue({ days: 90, key: await generateSigningKey('ES256') })),
      /issuer's keys/,
    ],
    [
      'for a mark about another entity',
      async () => offer(await issue({ days: 90, claims: { sub: 'https://else.example' } })),
      /sub/,
    ],
    [
      'for a mark of another type',
      async () => offer(await issue({ days: 90, claims: { trust_mark_type: 'https://else.example' } })),
      /trust_mark_type/,
    ],
    [
      'for a mark of another issuer',
      async () => offer(await issue({ days: 90, claims: { iss: 'https://else.example' } })),
      /iss/,
    ],
    ['for a mark that has expired', async () => offer(await issue({ days: -1 })), /expired/],
    [
      'for a mark of the future',
      async () => offer(await issue({ days: 90, issuedBefore: -DAY })),
      /in the future/,
    ],
  ])('%s', async (_what, change, message) => {
    await change()
    expect(await renew()).toBe('1 due, 0 of them renewed.')
    expect(await published()).toEqual([present])
    expect(await changes()).toEqual([])
    expect(await view()).toMatchObject([{ lastError: expect.stringMatching(message) }])
    // It may pass within the hour.
    expect(await alerts()).toEqual([])
    anchor.clock.ahead = HOUR + 60
    const expiry = new Date(JSON.parse(atob(present.split('.')[1] ?? '')).exp * 1000).toISOString()
    const [alert, ...others] = await alerts()
    expect(others).toEqual([])
    expect(alert).toMatchObject({ severity: 'WARNING', message: expect.stringMatching(message) })
    for (const part of [type, issuer.id, expiry]) expect(alert?.message).toContain(part)
  })

  it('at once when it expires within a day', async () => {
    await hold(await issue({ days: 0.5 }))
    await renew()
    expect(await alerts()).toHaveLength(1)
  })

  it('when a mark has lost its delegation', async () => {
    present = await issue({ days: 9, claims: { delegation: 'a.b.c' } })
    await hold(present)
    offer(await issue({ days: 90 }))
    await renew()
    expect(await published()).toEqual([present])
    expect((await view())[0].lastError).toContain('delegation')
  })

  it('when a pinned issuer signs with another key than the pinned ones', async () => {
    const trustAnchors = { [issuer.id]: { keys: [...issuer.keys.keys] } }
    await admin.mutate('updateTrustAnchor', { trustAnchors }, 'version', 'admin')
    const other = await generateSigningKey('ES256')
    issuer.key = other
    issuer.keys.keys = [toPublicJwk(other)]
    offer(await issue({ days: 90, key: other }))
    await renew()
    expect(await published()).toEqual([present])
    await admin.mutate('updateTrustAnchor', { trustAnchors: {} }, 'version', 'admin')
  })

  it('which ends after a success, or when an operator enters another mark', async () => {
    await renew()
    anchor.clock.ahead = HOUR + 60
    expect(await alerts()).toHaveLength(1)
    await hold(await issue({ days: 90 }))
    await renew()
    expect(await alerts()).toEqual([])
    anchor.clock.ahead = 0
    await hold(present)
    await renew()
    offer(await issue({ days: 90 }))
    await renew()
    anchor.clock.ahead = HOUR + 60
    expect(await alerts()).toEqual([])
  })
})

it('leaves a mark that an operator has removed meanwhile', async () => {
  const later = await issue({ days: 90 })
  issuer.mark = async () => {
    await hold()
    return later
  }
  expect(await renew()).toBe('1 due, 0 of them renewed.')
  expect(await published()).toEqual([])
})

it('changes settings that an operator changes at the same moment', async () => {
  const later = await issue({ days: 90 })
  issuer.mark = async () => {
    await admin.mutate('updateTrustAnchor', { organizationName: 'Another' }, 'version', 'admin')
    return later
  }
  expect(await renew()).toBe('1 due, 1 of them renewed.')
  expect(await published()).toEqual([later])
})
