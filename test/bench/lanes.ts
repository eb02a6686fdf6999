/** Measures how soon urgent changes are published while an import of subordinates runs. */
import type { Redis } from 'ioredis'
import { decodeJwt } from 'jose'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { redisKeys } from '#store/keys.ts'
import { number, type Part, section } from './document.ts'
import { markType } from './fill.ts'
import { doneOf, mutate, prepareInstallation, startEntities, timeChange } from './installation.ts'
import { until } from './program.ts'

const ROUNDS = 5
const keys = redisKeys()

export const lanesPart: Part = {
  name: 'lanes',
  usual: ['quick', 'full'],
  async measure(effort) {
    const imported = { quick: 2_000, full: 5_000 }[effort]
    const intro = `The slowest of five, from the request to the published change, while an import registers ${number(imported)} entities.`
    const rows = [...(await measureLanes(imported))].map(([change, slowest]) => [
      change,
      `${number(slowest)} ms`,
    ])
    return [section('Urgent changes during an import', intro, ['', 'published after'], rows)]
  },
}

/** Milliseconds by the name of the change. */
async function measureLanes(imported: number): Promise<Map<string, number>> {
  const [installation, members] = [await prepareInstallation(), await startEntities()]
  await installation.start()
  const { redis } = installation
  const admin = await installation.openAdmin()
  const prepared = await prepareMembers(admin, members.url)
  await until(async () => (await statusOf(admin)).pending === 0)

  const lines = Array.from({ length: imported }, (_, at) => `${members.url}/${at}`)
  const run = await mutate(admin, 'importSubordinates', { lines }, 'run')
  const slowest = new Map<string, number>()
  const time = async (change: string, make: () => Promise<unknown>, isPublished: () => Promise<boolean>) => {
    slowest.set(change, Math.max(slowest.get(change) ?? 0, await timeChange(make, isPublished)))
    if ((await statusOf(admin)).health === 'STALLED') throw new Error('publication was reported as stalled')
  }
  for (const [round, { entityId, id, mark }] of prepared.entries()) {
    const isRevoked = async () => (await redis.hget(keys.trustMarks(entityId), markType)) === 'revoked'
    const isAway = async () => !(await redis.hexists(keys.subordinates, entityId))
    const isAnnounced = async () => (await publishedKeys(redis)) === 2
    await until(async () => (await doneOf(admin, run.id)).done >= (imported / ROUNDS / 2) * (round + 0.5))
    await time(
      'a revoked Trust Mark',
      () => mutate(admin, 'revokeTrustMark', { id: mark }, 'trustMark'),
      isRevoked,
    )
    await time(
      'a deactivated subordinate',
      () => mutate(admin, 'deactivateSubordinate', { id }, 'subordinate'),
      isAway,
    )
    const announce = () => mutate(admin, 'announceSigningKey', { alg: 'ES256' }, 'signingKey', 'kid')
    if (round === 0) await time('an announced key', announce, isAnnounced)
  }
  const { done } = await doneOf(admin, run.id)
  if (done === imported) throw new Error('the import ended before the urgent changes')
  await Promise.all([installation.close(), members.end()])
  return slowest
}

async function prepareMembers(admin: AdminClient, base: string) {
  await mutate(admin, 'createTrustMarkType', { type: markType }, 'trustMarkType')
  const prepared = []
  for (let at = 0; at < ROUNDS; at++) {
    const entityId = `${base}/held/${at}`
    const { id } = await mutate(admin, 'registerSubordinate', { entityId }, 'subordinate')
    const { id: mark } = await mutate(
      admin,
      'issueTrustMark',
      { trustMarkType: markType, entityId },
      'trustMark',
    )
    prepared.push({ entityId, id, mark })
  }
  return prepared
}

async function statusOf(admin: AdminClient): Promise<{ health: string; pending: number }> {
  const query = '{ serverStatus { publication { health pending } } }'
  const { serverStatus } = await admin<{
    serverStatus: { publication: { health: string; pending: number } }
  }>(query)
  return serverStatus.publication
}

async function publishedKeys(redis: Redis): Promise<number> {
  const { jwks } = decodeJwt<{ jwks: { keys: unknown[] } }>((await redis.get(keys.entityConfiguration)) ?? '')
  return jwks.keys.length
}
