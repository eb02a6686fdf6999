/** Measures how soon urgent changes are published while an import of subordinates runs. */
import { setTimeout } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { decodeJwt } from 'jose'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import { connectRedis } from '#store/connect.ts'
import { redisKeys } from '#store/keys.ts'
import { prepareInstallation } from './installation.ts'
import { launch } from './program.ts'

export type LaneMeasure = {
  /** The number of entities that the import registers. */
  imported: number
  /** Milliseconds from the request to the published change, the slowest of some. */
  slowest: { change: string; milliseconds: number }[]
}

type Status = { health: string; pending: number }

const ROUNDS = 5
const type = 'https://ta.example/marks/member'
const keys = redisKeys()

export async function measureLanes(imported: number): Promise<LaneMeasure> {
  const [installation, members] = [await prepareInstallation(), launch('test/bench/entities.ts')]
  const [base] = await members.printed(/http:\S+/)
  const program = await installation.start()
  const admin = createAdminClient(installation.adminUrl, String(await program.ask('key')))
  const redis = connectRedis(installation.redisUrl)
  const held = Array.from({ length: ROUNDS }, (_, at) => `${base}/held/${at}`)
  await mutate(admin, 'createTrustMarkType', { type })
  const prepared = []
  for (const entityId of held) {
    const { id } = await mutate(admin, 'registerSubordinate', { entityId })
    prepared.push({
      entityId,
      id,
      mark: (await mutate(admin, 'issueTrustMark', { trustMarkType: type, entityId })).id,
    })
  }
  await until(async () => (await statusOf(admin)).pending === 0)

  const lines = Array.from({ length: imported }, (_, at) => `${base}/${at}`)
  const run = await mutate(admin, 'importSubordinates', { lines })
  const slowest = new Map<string, number>()
  const time = async (change: string, make: () => Promise<unknown>, isPublished: () => Promise<boolean>) => {
    const begun = performance.now()
    await Promise.all([make(), until(isPublished)])
    slowest.set(change, Math.max(slowest.get(change) ?? 0, performance.now() - begun))
    const { health } = await statusOf(admin)
    if (health === 'STALLED') throw new Error('publication was reported as stalled')
  }
  for (const [round, { entityId, id, mark }] of prepared.entries()) {
    const isRevoked = async () => (await redis.hget(keys.trustMarks(entityId), type)) === 'revoked'
    const isAway = async () => !(await redis.hexists(keys.subordinates, entityId))
    const isAnnounced = async () => (await publishedKeys(redis)) === 2
    await until(async () => (await doneOf(admin, run.id)) >= (imported / ROUNDS / 2) * (round + 0.5))
    await time('a revoked Trust Mark', () => mutate(admin, 'revokeTrustMark', { id: mark }), isRevoked)
    await time('a deactivated subordinate', () => mutate(admin, 'deactivateSubordinate', { id }), isAway)
    const announce = () => mutate(admin, 'announceSigningKey', { alg: 'ES256' }, 'kid')
    if (round === 0) await time('an announced key', announce, isAnnounced)
  }
  if ((await doneOf(admin, run.id)) === imported)
    throw new Error('the import ended before the urgent changes')
  redis.disconnect()
  await installation.close()
  await members.end()
  return {
    imported,
    slowest: [...slowest].map(([change, milliseconds]) => ({ change, milliseconds })),
  }
}

export async function mutate(admin: AdminClient, name: string, input: object, fields = 'id') {
  const Type = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const { result } = await admin<{ result: { data?: { id: string }; message?: string } }>(
    `mutation ($input: ${Type}Input!) {
       result: ${name}(input: $input) { ... on Mutation${Type}Success { data { ${fields} } } ... on Error { message } } }`,
    { input },
  )
  if (!result.data) throw new Error(`${name}: ${result.message}`)
  return result.data
}

async function statusOf(admin: AdminClient): Promise<Status> {
  const query = '{ serverStatus { publication { health pending } } }'
  return (await admin<{ serverStatus: { publication: Status } }>(query)).serverStatus.publication
}

async function doneOf(admin: AdminClient, id: string): Promise<number> {
  const query = 'query ($id: ID!) { run: renewalRun(id: $id) { done } }'
  return (await admin<{ run: { done: number } }>(query, { id })).run.done
}

async function publishedKeys(redis: Redis): Promise<number> {
  const { jwks } = decodeJwt<{ jwks: { keys: unknown[] } }>((await redis.get(keys.entityConfiguration)) ?? '')
  return jwks.keys.length
}

/** Asks every 20 ms, for ten minutes at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 600_000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('nothing happened within ten minutes')
    await setTimeout(20)
  }
}
