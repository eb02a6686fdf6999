/** A replica can take the place of its primary without a loss only when it has everything. */
import type { Redis } from 'ioredis'
import { until } from '#test/helpers/until.ts'

export type Replicated = {
  /** Resolves when the replica has what was written until now. */
  replicated(): Promise<void>
}

const WITHIN = { timeout: 30_000, interval: 20 }

export async function caughtUp(primary: Redis, replica: Redis): Promise<void> {
  const written = await offset(primary)
  await until(async () => {
    if ((await offset(replica)) < written) throw new Error('the replica lags behind')
  }, WITHIN)
}

async function offset(redis: Redis): Promise<number> {
  const info = await redis.info('replication')
  if (info.includes('master_link_status:down')) throw new Error('the replica has no link')
  return Number(/master_repl_offset:(\d+)/.exec(info)?.[1])
}
