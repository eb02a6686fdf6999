/** Tests the work of schedules: they process due items only. */
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import type { ScheduleName } from '#server/jobs/schedules.ts'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { register, registerLeaf, servedConfiguration, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const schedule = schedulesInFile(admin)

const keys = redisKeys()
const run = (name: ScheduleName) => schedule.run(name)

const minutes = (count: number) => new Date(Date.now() + count * 60_000)
const hours = (count: number) => minutes(count * 60)
/** Values that make no row due. */
const calm = { lastCheckedAt: minutes(-6), entityConfigurationExpiresAt: hours(48) }
/** Times of a statement with a lifetime of a hundred hours. */
const aged = (age: number) => ({ statementIssuedAt: hours(-age), statementExpiresAt: hours(100 - age) })

describe('renew-subordinates', () => {
  eachRow([
    ['a statement past half of its life', aged(51), true],
    ['an expired statement', aged(101), true],
    ['a configuration about to expire', { entityConfigurationExpiresAt: minutes(59) }, true],
    [
      'a failure of more than an hour ago',
      { ...aged(51), lastError: 'x', lastCheckedAt: minutes(-61) },
      true,
    ],
    proves(
      ['a statement from the future, due to a wrong clock', { ...aged(-24), lastCheckedAt: hours(24) }, true],
      'fault/clock-ahead',
    ),
    ['a statement of a clock that is a little ahead', { ...aged(-0.01), lastCheckedAt: minutes(-6) }, false],
    ['nothing due', aged(49), false],
    ['a failure within the last hour', { ...aged(51), lastError: 'x', lastCheckedAt: minutes(-59) }, false],
    ['a check within the last minutes', { ...aged(51), lastCheckedAt: minutes(-4) }, false],
    ['autorenew off', { ...aged(51), autorenew: false }, false],
    ['no publication', { ...aged(51), active: false }, false],
  ])('with %s', async (_title, state, isDue) => {
    const { leaf } = await registerLeaf(admin)
    const where = { entityId: leaf.id }
    const fetches = leaf.requests.length
    await admin.server.db.subordinate.update({ where, data: { ...calm, ...state } })
    expect(await run('renew-subordinates')).toEqual(isDue ? { done: 1, failed: 0 } : 'None is due.')
    expect(leaf.requests.length - fetches).toBe(isDue ? 1 : 0)
    const after = await admin.server.db.subordinate.findUniqueOrThrow({ where })
    expect(after.version).toBe(1) // the published data is unchanged
    if (isDue) expect(after.lastError).toBeNull()
    if (isDue) expect(after.statementIssuedAt?.getTime()).toBeLessThanOrEqual(Date.now())
    await admin.server.db.subordinate.delete({ where })
  })

  it('continues past an unavailable entity, and keeps its statement', async () => {
    const [away, present] = [await startLeaf(admin), await startLeaf(admin)]
    for (const leaf of [away, present]) {
      await register(admin, leaf)
      const data = { ...calm, ...aged(51) }
      await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data })
    }
    away.misbehave('server error')
    present.options.metadata = {
      openid_relying_party: { ...relyingParty.openid_relying_party, scope: 'openid' },
    }
    const statement = async () => (await admin.get('/fetch', { sub: away.id })).text()
    const before = await statement()
    expect(await run('renew-subordinates')).toEqual({ done: 1, failed: 1 })
    expect(await statement()).toBe(before)
    expect(await run('renew-subordinates')).toBe('None is due.')
    const event = await admin.server.db.auditEvent.findFirstOrThrow({
      where: { resource: present.id, method: 'job' },
    })
    expect(event).toMatchObject({ actor: 'job:renew-subordinates', action: 'renewSubordinate' })
  })
})

describe('renew-trust-marks', () => {
  it.each([
    ['a mark within its renewal time', { expiresAt: hours(47) }, true],
    ['a mark before its renewal time', { expiresAt: hours(49) }, false],
    ['a mark from the future', { issuedAt: hours(24), expiresAt: hours(99) }, true],
    ['an expired mark', { expiresAt: hours(-1) }, false],
    ['autorenew off', { expiresAt: hours(47), autorenew: false }, false],
    ['a revoked mark', { expiresAt: hours(47), active: false }, false],
  ])('with %s', async (title, state, isDue) => {
    const [type, sub] = [
      `https://ta.example.org/marks/${encodeURIComponent(title)}`,
      'https://rp.example.org',
    ]
    await admin.mutate('createTrustMarkType', { type, renewalTime: 48 }, 'id')
    await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: sub }, 'id')
    const where = { trustMarkType: { type } }
    await admin.server.db.trustMark.updateMany({ where, data: state })
    expect(await run('renew-trust-marks')).toEqual(isDue ? { done: 1, failed: 0 } : 'None is due.')
    const mark = await admin.server.db.trustMark.findFirstOrThrow({ where })
    expect(await admin.server.db.issuedTrustMark.count({ where: { trustMarkId: mark.id } })).toBe(
      isDue ? 2 : 1,
    )
    if (isDue) {
      const served = await (await admin.get('/trust_mark', { trust_mark_type: type, sub })).text()
      expect(served).toBe(mark.jwt)
      expect(Number(decodeJwt(served).exp)).toBe(mark.expiresAt.getTime() / 1000)
    }
  })
})

describe('republish-future', () => {
  const day = hours(24)
  const issuedAt = (jwt: string | null) => Number(decodeJwt(jwt ?? '').iat) * 1000

  eachRow([proves(['a day ahead', day, true], 'fault/clock-ahead'), ['now', new Date(), false]])(
    'signs again what was issued %s, while no member can be reached',
    async (_title, from, isFuture) => {
      const { db } = admin.server
      const { leaf } = await registerLeaf(admin, { autorenew: false })
      const type = `https://ta.example.org/marks/${from.getTime()}`
      await admin.mutate('createTrustMarkType', { type }, 'id')
      const mark = { trustMarkType: type, entityId: leaf.id, autorenew: false }
      await admin.mutate('issueTrustMark', mark, 'id')
      leaf.misbehave('hang')
      const where = { entityId: leaf.id }
      const moved = { statementIssuedAt: from, statementExpiresAt: hours(100) }
      const { statement } = await db.subordinate.update({ where, data: moved })
      const { jwt, expiresAt } = await db.trustMark.findFirstOrThrow({ where })
      await db.trustMark.updateMany({ where, data: { issuedAt: from } })

      const result = await run('republish-future')
      expect(result).toEqual(isFuture ? { done: 1, failed: 0 } : 'Nothing is from the future.')
      const served = await (await admin.get('/fetch', { sub: leaf.id })).text()
      const row = await db.subordinate.findUniqueOrThrow({ where })
      expect(row.statement).toBe(served)
      expect(issuedAt(row.statement)).toBeLessThanOrEqual(Date.now())
      const held = await db.trustMark.findFirstOrThrow({ where })
      expect([held.issuedAt > new Date(), held.expiresAt]).toEqual([false, expiresAt])
      expect([served !== statement || !isFuture, held.jwt !== jwt]).toEqual([true, isFuture])
    },
  )
})

describe('regenerate-entity-configuration', () => {
  const published = () => admin.redis.client.get(keys.entityConfiguration)

  it('keeps a recent one', async () => {
    const before = await published()
    expect(await run('regenerate-entity-configuration')).toBe('Not due yet.')
    expect(await published()).toBe(before)
  })

  eachRow([['past half of its life', -51], proves(['from the future', 86_400], 'fault/clock-ahead')])(
    'replaces one %s',
    async (_title, age) => {
      const from = Math.floor(Date.now() / 1000) + age
      const key = await generateSigningKey('ES256')
      const claims = { iss: admin.entityId, iat: from, exp: from + 100 }
      const old = await signJwt(claims, { key, typ: 'entity-statement+jwt' })
      await admin.redis.client.set(keys.entityConfiguration, old)
      expect(await run('regenerate-entity-configuration')).toBe('Signed again.')
      expect(await published()).not.toBe(old)
      const { iat, exp } = decodeJwt((await published()) ?? '')
      expect(Number(exp) - Number(iat)).toBe(24 * 3600)
      expect(await servedConfiguration(admin)).toMatchObject({ iat, exp, iss: admin.entityId })
    },
  )

  it('republishes everything that contains an old Entity Identifier', async () => {
    const { leaf } = await registerLeaf(admin, {
      additionalClaims: { note: 'before those of the specification' },
    })
    const where = { entityId: leaf.id }
    const { db, publisher } = admin.server
    const { statement, entityConfiguration } = await db.subordinate.findUniqueOrThrow({ where })
    await db.subordinate.update({ where, data: { statement: entityConfiguration } }) // a statement of another issuer
    await admin.redis.client.set(keys.entityConfiguration, entityConfiguration)
    expect(await run('regenerate-entity-configuration')).toMatch(/^The Entity Identifier has changed/)
    await expect
      .poll(() => servedConfiguration(admin))
      .toMatchObject({ iss: admin.entityId, sub: admin.entityId })
    const signed = (await db.subordinate.findUniqueOrThrow({ where })).statement ?? ''
    await expect.poll(async () => (await admin.get('/fetch', { sub: leaf.id })).text()).toBe(signed)
    const { jwks } = decodeJwt(statement ?? '')
    expect(decodeJwt(signed)).toMatchObject({ iss: admin.entityId, sub: leaf.id, jwks })
    const statementIssuedAt = minutes(-1) // a new signature would change it
    await db.subordinate.update({ where, data: { statementIssuedAt } })
    await publisher.rebuild()
    expect(await db.subordinate.findUnique({ where })).toMatchObject({ statementIssuedAt, statement: signed })
  })
})
