/** Tests that published data is complete in the layout of inmor, so its server can use it. */
import { createHash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import type { Metadata } from '#core/metadata.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { register } from '#test/helpers/subordinate.ts'

const members = { rp: '', op: '', taia: '' }
const type = 'https://ta.example.org/marks/member'
/** All of its marks are revoked. */
const past = 'https://ta.example.org/marks/past'

const admin = adminInFile()
beforeAll(async () => {
  const endpoints = {
    federation_fetch_endpoint: 'https://ia.example.org/fetch',
    federation_list_endpoint: 'https://ia.example.org/list',
  }
  const [provider, party, intermediate] = [
    await joining({ openid_provider: {} }),
    await joining(relyingParty),
    await joining({ federation_entity: endpoints }),
  ]
  Object.assign(members, { rp: party, op: provider, taia: intermediate })
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: party }, 'id')
  await admin.mutate('createTrustMarkType', { type: past }, 'id')
  for (const trustMarkType of [type, past]) {
    const { id } = await admin.mutate('issueTrustMark', { trustMarkType, entityId: provider }, 'id')
    await admin.mutate('revokeTrustMark', { id }, 'id')
  }
})

/** A registered entity; nothing fetches it after its registration. */
async function joining(metadata: Metadata): Promise<string> {
  const entity = await startEntity({ metadata, authorityHints: [admin.entityId] })
  await register(admin, entity)
  await entity.close()
  return entity.id
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Single changes and a rebuild must publish the same data. */
async function expectCompleteLayout(): Promise<void> {
  const { client } = admin.redis
  const all = [members.op, members.rp, members.taia].sort()
  const configuration = (await client.get('inmor:entity_id')) ?? ''
  expect(decodeJwt(configuration)).toMatchObject({ iss: admin.entityId, sub: admin.entityId })
  expect(decodeProtectedHeader((await client.get('inmor:historical_keys')) ?? '').typ).toBe('jwk-set+jwt')

  const statements = await client.hgetall('inmor:subordinates')
  const configurations = await client.hgetall('inmor:subordinates:jwt')
  expect(Object.keys(statements).sort()).toEqual(all)
  expect(Object.keys(configurations).sort()).toEqual(all)
  for (const [entity, jwt] of Object.entries(statements)) {
    expect(decodeJwt(jwt)).toMatchObject({ iss: admin.entityId, sub: entity })
    expect(decodeJwt(configurations[entity] ?? '')).toMatchObject({ iss: entity, sub: entity })
  }
  for (const [kind, entity] of Object.entries(members)) {
    expect(await client.smembers(`inmor:${kind}`)).toEqual([entity])
  }

  const mark = (await client.hget(`inmor:tm:${members.rp}`, type)) ?? ''
  expect(decodeJwt(mark)).toMatchObject({ sub: members.rp, trust_mark_type: type })
  expect(await client.hgetall(`inmor:tm:${members.op}`)).toEqual({ [type]: 'revoked', [past]: 'revoked' })
  expect(await client.smembers(`inmor:tmtype:${type}`)).toEqual([members.rp])
  expect(await client.exists(`inmor:tmtype:${past}`)).toBe(0)
  expect((await client.smembers('inmor:tmtypes')).sort()).toEqual([type, past])
  const issued = await client.smembers('inmor:tm:alltime')
  expect(issued).toHaveLength(3)
  expect(issued).toContain(sha256(mark))
}

it('after single changes', () => expectCompleteLayout())

it('after a rebuild', async () => {
  await admin.redis.client.flushall()
  await admin.server.publisher.rebuild()
  await expectCompleteLayout()
})

it('after only the issued marks were lost and republished', async () => {
  await admin.redis.client.del('inmor:tm:alltime', 'inmor:tm:status')
  await enqueue(admin.server.db, [toPublish('issued-trust-marks')])
  await admin.server.publisher.flush(10_000)
  await expectCompleteLayout()
  expect(await admin.redis.client.hlen('inmor:tm:status')).toBe(2)
})
