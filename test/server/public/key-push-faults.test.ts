/** Tests pushed keys that no subordinate could have pushed, and faults: nothing happens half-way. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { createPushedKeys } from '#store/pushed-keys.ts'
import { createQuestions } from '#store/questions.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { signKeySet } from '#test/helpers/key-set.ts'
import { eventually } from '#test/helpers/product.ts'
import {
  auditEvents,
  kidsOf,
  now,
  path,
  question,
  REPLAYED,
  servedKids,
  startMember,
} from './key-push-member.ts'
import { answered, forget, offer } from './public-test.ts'

let next: Jwk
const admin = adminInFile()
beforeAll(() => offer(admin, 'JWKS_UPDATE'))
beforeEach(async () => {
  next = await generateSigningKey('ES256')
})
afterEach(() => forget(admin))

describe('never trusts Redis: refuses', () => {
  type Forged = (member: TestEntity) => Promise<string | null>
  it.each<[string, Forged, RegExp]>([
    ['a set that is gone', async () => null, /waited for too long/],
    ['a word', async () => 'hello', /compact form/],
    [
      'the new key as signer',
      ({ id }) => signKeySet({ id, key: next, keys: [next] }),
      /not one of its issuer/,
    ],
    [
      'the set of another entity',
      ({ key }) => signKeySet({ id: 'https://else.example', key, keys: [key] }),
      /iss/,
    ],
    [
      'one that waited since before it could be pushed',
      ({ id, key }) => signKeySet({ id, key, keys: [key, next], claims: { iat: now() - 1000 } }),
      /more than 15 minutes ago/,
    ],
    [
      'one for another anchor',
      ({ id, key }) => signKeySet({ id, key, keys: [key, next], claims: { aud: 'https://else.example' } }),
      /aud/,
    ],
    [
      'a private key',
      ({ id, key }) => signKeySet({ id, key, keys: [], claims: { keys: [toPublicJwk(key), next] } }),
      /private member/,
    ],
    ['an empty set', ({ id, key }) => signKeySet({ id, key, keys: [] }), /must contain a key/],
  ])('%s', async (_what, forge, message) => {
    const member = await startMember(admin)
    const jwt = await forge(member)
    const store = { redis: admin.redis.client }
    if (jwt !== null) await createPushedKeys(store).put({ entityId: member.id, order: now(), jwt })
    await createQuestions(store).ask(question(member.id), null)
    expect(await answered(admin, path, { sub: member.id })).toMatchObject({
      state: 'not_acceptable',
      message: expect.stringMatching(message),
    })
    expect(await servedKids(admin, member.id)).toEqual([member.key.kid])
    expect(await auditEvents(admin, member.id)).toEqual([])
  })

  it('a key that has expired as signer', async () => {
    const member = await startMember(admin)
    const old = member.key
    await admin.server.db.subordinate.update({
      where: { entityId: member.id },
      data: { jwks: { keys: [toPublicJwk(next), { ...toPublicJwk(old), exp: now() - 1 }] as object[] } },
    })
    const jwt = await signKeySet({ id: member.id, key: old, keys: [old, next] })
    const given = await admin.server.services.publicAnswers.answer(question(member.id), jwt)
    const message = expect.stringMatching(/expired at/)
    expect(given).toMatchObject({ answer: { state: 'not_acceptable', message } })
  })

  it('an entity that is not registered', async () => {
    const sub = 'https://else.example'
    const jwt = await signKeySet({ id: sub, key: next, keys: [next] })
    const given = await admin.server.services.publicAnswers.answer(question(sub), jwt)
    expect(given).toMatchObject({ answer: { state: 'unknown' } })
  })
})

describe('does nothing half-way', () => {
  it('when the database fails', async () => {
    const member = await startMember(admin)
    const { key } = member
    const { db, services, installation } = admin.server
    const jwt = await signKeySet({ id: member.id, key, keys: [key, next] })
    await installation.$executeRaw`
      CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = '57P01'; END $$`
    await installation.$executeRaw`
      CREATE TRIGGER refuse_audit BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION refuse_audit()`
    const work = services.publicAnswers.answer(question(member.id), jwt)
    await expect(work).rejects.toThrow()
    const row = await db.subordinate.findUniqueOrThrow({ where: { entityId: member.id } })
    expect([kidsOf(row.jwks as JwkSet), row.keysPushedAt]).toEqual([[key.kid], null])
    expect(await servedKids(admin, member.id)).toEqual([key.kid])
    await installation.$executeRaw`DROP TRIGGER refuse_audit ON "AuditEvent"`
    const given = await services.publicAnswers.answer(question(member.id), jwt)
    expect(given).toMatchObject({ answer: { state: 'updated' } })
    expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid])
  })

  it('when Redis fails: the keys are stored, and published as soon as it is back', async () => {
    const member = await startMember(admin)
    const { key } = member
    const { services } = admin.server
    const jwt = await signKeySet({ id: member.id, key, keys: [key, next] })
    await admin.redis.stop()
    await services.publicAnswers.answer(question(member.id), jwt).catch(() => undefined)
    await admin.redis.restart()
    await admin.server.publisher.rebuild()
    await eventually(async () => expect(await servedKids(admin, member.id)).toEqual([key.kid, next.kid]))
    // Another attempt changes nothing.
    const given = await services.publicAnswers.answer(question(member.id), jwt)
    expect(given).toMatchObject({ answer: { state: 'unchanged', message: REPLAYED } })
  })
})
