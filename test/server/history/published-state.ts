/** Reads what is published from Redis, and what the history says was published at a time, in the same form. */
import type { Redis } from 'ioredis'
import type { Database } from '#server/database/client.ts'
import { findObject, readBytes } from '#server/publish/history/bundle.ts'
import { type Kind, kinds } from '#server/publish/history/kind.ts'
import { redisKeys } from '#store/keys.ts'

/** Bytes in base64, by kind, subject and second subject as JSON. */
export type PublishedState = Record<string, string>

const keys = redisKeys()
const nameOf = (kind: Kind, subject: string, second = '') => JSON.stringify([kind, subject, second])

/** Everything that has a kind. */
export async function publishedState(redis: Redis): Promise<PublishedState> {
  const state: PublishedState = {}
  const add = (bytes: Buffer | string | null, ...name: Parameters<typeof nameOf>) => {
    if (bytes !== null) state[nameOf(...name)] = Buffer.from(bytes).toString('base64')
  }
  add(await redis.get(keys.entityConfiguration), 'entity-configuration', '')
  add(await redis.get(keys.historicalKeys), 'historical-keys', '')
  for (const [subject, jwt] of Object.entries(await redis.hgetall(keys.subordinates)))
    add(jwt, 'statement', subject)
  for (const [hash, text] of Object.entries(await redis.hgetall(keys.trustMarkRevocations)))
    add(text, 'revocation', hash)
  for (const [list, facts] of Object.entries(await redis.hgetall(keys.statusLists)))
    add(
      await redis.getBuffer(keys.statusListBits(list)),
      'status-list',
      list,
      JSON.parse(facts).trust_mark_type,
    )
  const prefix = keys.trustMarks('')
  for (const key of await redis.keys(`${prefix}*`)) {
    const subject = key.slice(prefix.length)
    if (!subject.startsWith('http')) continue // another key with this beginning
    for (const [type, jwt] of Object.entries(await redis.hgetall(key)))
      if (jwt !== 'revoked') add(jwt, 'trust-mark', subject, type)
  }
  return state
}

/** Of all subjects that were ever published. */
export async function keptState(db: Database, at: Date): Promise<PublishedState> {
  const state: PublishedState = {}
  const select = { kind: true, subject: true, second: true } as const
  const rows = [
    ...(await db.publishedObject.findMany({ select })),
    ...(await db.pastObject.findMany({ select, distinct: ['kind', 'subject', 'second'] })),
  ]
  for (const { kind: number, subject, second } of rows) {
    const kind = (Object.keys(kinds) as Kind[]).find((name) => kinds[name] === number)
    if (!kind) throw new Error(`${number} is not a kind`)
    const found = await findObject(db, kind, { subject, second }, at)
    if (!found) continue
    const bytes = await readBytes(db, new Uint8Array(found.hash))
    state[nameOf(kind, subject, second)] = bytes?.toString('base64') ?? 'removed'
  }
  return state
}
