/** Reads fields of a hash, those that are asked for at the same time with one command. */
import type { Redis } from 'ioredis'

type Waiting = { field: string; resolve(value: string | null): void; reject(error: unknown): void }

/** Fields of one command. */
const BATCH = 500

export function createFieldReader(redis: Redis, key: string): (field: string) => Promise<string | null> {
  let waiting: Waiting[] = []

  async function send(batch: readonly Waiting[]): Promise<void> {
    try {
      const values = await redis.hmget(key, ...batch.map(({ field }) => field))
      for (const [at, { resolve }] of batch.entries()) resolve(values[at] ?? null)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  function flush(): void {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += BATCH) void send(all.slice(at, at + BATCH))
  }

  return (field) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ field, resolve, reject }) === 1) setImmediate(flush)
    })
}
