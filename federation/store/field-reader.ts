/** Reads and parses fields of a hash, those that are asked for at the same time with one command. */
import type { Redis } from 'ioredis'

type Waiting<Value> = { field: string; resolve(value: Value): void; reject(error: unknown): void }

/** Fields of one command. */
const BATCH = 500

export function createFieldReader<Value>(
  redis: Redis,
  key: string,
  parse: (text: string | null) => Value,
): (field: string) => Promise<Value> {
  let waiting: Waiting<Value>[] = []

  function settle({ resolve, reject }: Waiting<Value>, text: string | null): void {
    try {
      resolve(parse(text))
    } catch (error) {
      reject(error)
    }
  }

  async function send(batch: readonly Waiting<Value>[]): Promise<void> {
    try {
      const texts = await redis.hmget(key, ...batch.map(({ field }) => field))
      batch.forEach((each, at) => void settle(each, texts[at] ?? null))
      texts.length = 0 // ioredis keeps each command, with its reply, until a full garbage collection
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
