/** Follows the registry of anchors in Redis. While Redis is away, the last known registry stays. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { type RegisteredAnchor, readAnchors } from '#store/anchors.ts'
import { isStoreOutage, toStoreError } from '#store/outage.ts'

type FollowOptions = {
  redis: Redis
  prefix: string
  intervalMs: number
  logger: FastifyBaseLogger
  /** Called with each registry that differs from the last one. */
  onChange: (anchors: readonly RegisteredAnchor[]) => void
}

export type Following = {
  /** Resolves after the first attempt to read. */
  ready: Promise<void>
  close(): void
}

export function followRegistry({ redis, prefix, intervalMs, logger, onChange }: FollowOptions): Following {
  const reported = new Set<string>()
  let known = '[]'
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function reportInvalid(slug: string): void {
    if (reported.has(slug)) return
    reported.add(slug)
    logger.error({ slug }, 'Ignoring an invalid entry in the registry of anchors')
  }

  /** An outage is reported by the requests that it affects. */
  function reportFailure(error: unknown): void {
    const reason = String(error)
    if (isStoreOutage(toStoreError(error)) || reported.has(reason)) return
    reported.add(reason)
    logger.error({ err: error }, 'The registry of anchors cannot be read')
  }

  async function read(): Promise<void> {
    const anchors = await readAnchors(redis, prefix, reportInvalid)
    const text = JSON.stringify(anchors)
    // An empty Redis proves nothing: a registry of several anchors names the first one too.
    if (isClosed || text === known || anchors.length === 0) return
    known = text
    onChange(anchors)
  }

  async function poll(): Promise<void> {
    await read().catch(reportFailure)
    if (!isClosed) timer = setTimeout(poll, intervalMs).unref()
  }

  // Before a request reads data that came back with Redis.
  const readAtOnce = () => void read().catch(reportFailure)
  redis.on('ready', readAtOnce)
  return {
    ready: poll(),
    close() {
      isClosed = true
      clearTimeout(timer)
      redis.off('ready', readAtOnce)
    },
  }
}
