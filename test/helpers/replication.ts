/** Waits for replication: only a complete replica can replace its primary without loss. */
import type { Redis } from 'ioredis'
import { until } from '#test/helpers/until.ts'
import { patience } from './patience.ts'

export type Replicated = {
  /** Resolves when the replica has all writes so far. */
  replicated(): Promise<void>
}

export async function caughtUp(primary: Redis, replica: Redis): Promise<void> {
  const written = await offset(primary)
  await until(async () => {
    if ((await offset(replica)) < written) throw new Error('the replica lags behind')
  }, patience)
}

async function offset(redis: Redis): Promise<number> {
  const info = await redis.info('replication')
  if (info.includes('master_link_status:down')) throw new Error('the replica has no link')
  return Number(/master_repl_offset:(\d+)/.exec(info)?.[1])
}
