/** Each publication announces whether it withdraws something, so that federation servers know what not to answer any more. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Change } from '#store/change.ts'
import { duplicateRedis } from '#store/connect.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { untilTrue } from '#test/helpers/until.ts'

const admin = adminInFile()
const type = 'https://ta.example.org/marks/member'
const subject = 'https://rp.example.org'
let announced: Change[] = []
const subscriber = inFile(() => {
  const redis = duplicateRedis(admin.redis.client)
  redis.on('message', (_channel, message) => announced.push(JSON.parse(message)))
  redis.on('error', () => {}) // while Redis is away
  redis.on('ready', () => void redis.subscribe('inmor:changes'))
  return { redis, close: () => redis.disconnect() }
})
const isSubscribed = async () => {
  const [, count] = (await admin.redis.client.pubsub('NUMSUB', 'inmor:changes')) as [string, number]
  return count >= 2 // the federation server, and this test
}
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await untilTrue('the test is subscribed', async () => subscriber.redis.status === 'ready' && isSubscribed())
})
beforeEach(() => {
  announced = []
})

/** What was announced about these kinds. */
async function changesOf(...kinds: Change['kind'][]): Promise<Change[]> {
  await admin.server.publisher.flush(10_000)
  await subscriber.redis.ping()
  return announced.filter(({ kind }) => kinds.includes(kind))
}

it('says of a member that is registered and of one that is withdrawn', async () => {
  const { id, leaf } = await registerLeaf(admin)
  const change = { kind: 'subordinate', id: leaf.id }
  expect(await changesOf('subordinate')).toEqual([{ ...change, withdrawsNothing: true }])
  await admin.mutate('deactivateSubordinate', { id }, 'id')
  expect((await changesOf('subordinate')).at(-1)).toEqual(change)
})

it('says of a mark that is issued, revoked, and issued again', async () => {
  const change = { kind: 'trust-mark', id: subject, type }
  const input = { trustMarkType: type, entityId: subject }
  const { id } = await admin.mutate('issueTrustMark', input, 'id')
  await admin.mutate('renewTrustMark', { id }, 'id')
  const valid = { ...change, withdrawsNothing: true }
  expect(await changesOf('trust-mark')).toEqual([valid, valid])
  await admin.mutate('revokeTrustMark', { id }, 'id')
  expect((await changesOf('trust-mark')).at(-1)).toEqual(change)
})

it('says of an Entity Configuration that ends marks, or not', async () => {
  const change = { kind: 'entity-configuration' }
  await admin.mutate('updateTrustAnchor', { organizationName: 'Another' }, 'version', 'admin')
  expect(await changesOf('entity-configuration')).toEqual([{ ...change, withdrawsNothing: true }])
  const other = { type: `${type}/other` }
  const { id, version } = await admin.mutate('createTrustMarkType', other, 'id version')
  await changesOf()
  await admin.mutate('updateTrustMarkType', { id, version, active: false }, 'id')
  expect((await changesOf('entity-configuration')).at(-1)).toEqual(change)
})

it('names in a rebuild what was withdrawn while Redis was away', async () => {
  const { id, leaf } = await registerLeaf(admin)
  const input = { trustMarkType: type, entityId: leaf.id }
  const mark = await admin.mutate('issueTrustMark', input, 'id')
  await admin.server.publisher.flush(10_000)
  await admin.redis.stop()
  await admin.mutate('deactivateSubordinate', { id }, 'id')
  await admin.mutate('revokeTrustMark', { id: mark.id }, 'id')
  announced = []
  await admin.redis.restart()
  await untilTrue('the test is subscribed', isSubscribed)
  await admin.server.publisher.rebuild()
  const all = { kind: 'all', withdrawsNothing: true }
  const changes = await changesOf('all', 'subordinate', 'trust-mark')
  expect(changes).toContainEqual({ kind: 'subordinate', id: leaf.id })
  expect(changes).toContainEqual({ kind: 'trust-mark', id: leaf.id, type })
  expect(changes).toContainEqual(all)
  announced = []
  await admin.server.publisher.rebuild()
  expect(await changesOf('all', 'subordinate', 'trust-mark')).toEqual([all])
})
