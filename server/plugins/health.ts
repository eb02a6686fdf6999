/** Serves the health of the admin server: readiness for the load balancer, and liveness for the supervisor. */
import { randomBytes, randomUUID } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Anchors } from '#server/anchors/anchors.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { stateOf } from '#server/error/database-outage.ts'
import { isReachable } from '#store/connect.ts'

/** Milliseconds between two attempts to write: anonymous callers ask as often as they like. */
const WRITE_EVERY_MS = 30_000
/** Bytes that an attempt needs. They cannot be compressed, so that a small gap is not enough. */
const PROBE_BYTES = 8_192
const PROBE_LIMITS = { maxWait: 2_000, timeout: 5_000 }
/** Bytes that should be free where the keys are. */
const LOW_BYTES = 64 * 1024 * 1024

export type HealthDeps = { db: Database; redis: Redis; anchors: Anchors; keysDirectory: string; now: Clock }

/** Readiness depends on the database only; without Redis changes are accepted and published later. */
export function healthRoutes(app: FastifyInstance, deps: HealthDeps): void {
  const { db, redis, anchors, keysDirectory } = deps
  const findWriteFault = createWriteProbe(deps)
  // Liveness checks no dependency, because a restart would not repair one.
  app.get('/health/live', () => ({ status: 'ok' }))
  app.get('/health', async (request, reply) => {
    const { keys } = anchors.first.publishing
    const state = (await isReachable(redis, keys.entityConfiguration)) ? 'ok' : 'unavailable'
    const detail = await db.$queryRaw`SELECT 1`.then(findWriteFault, () => UNAVAILABLE)
    if (detail) return reply.status(503).send({ status: 'error', detail, redis: state })
    const warning = await findLowSpace(keysDirectory)
    if (warning) request.log.warn(warning)
    return { status: 'ok', redis: state, ...(warning ? { warning } : {}) }
  })
}

const UNAVAILABLE = 'database unavailable'

class RolledBack extends Error {}

/**
 * Writes a row and rolls it back, now and then: a full database still answers reads, but refuses each sign-in and each
 * change. Returns the fault of the last attempt.
 */
function createWriteProbe({ db, now }: Pick<HealthDeps, 'db' | 'now'>): () => Promise<string | null> {
  let last: Promise<string | null> = Promise.resolve(null)
  let nextAt = 0
  const attempt = () =>
    db
      .$transaction(async (tx) => {
        const value = randomBytes(PROBE_BYTES).toString('latin1').replaceAll('\0', '1')
        const data = { id: randomUUID(), identifier: 'health', value, expiresAt: now() }
        await tx.verification.create({ data })
        throw new RolledBack()
      }, PROBE_LIMITS)
      .catch(faultOf)
  return () => {
    if (now().getTime() >= nextAt) {
      nextAt = now().getTime() + WRITE_EVERY_MS
      last = attempt()
    }
    return last
  }
}

function faultOf(error: unknown): string | null {
  const state = stateOf(error)
  // A busy database takes writes, only not this one.
  if (error instanceof RolledBack || state === 'busy') return null
  if (state === 'full') return 'database out of disk space'
  return state === 'unreachable' ? UNAVAILABLE : 'database refuses writes'
}

/** A rollover needs little space, and fails without it. Null where that cannot be known. */
export async function findLowSpace(directory: string, low = LOW_BYTES): Promise<string | null> {
  const found = await statfs(directory).catch(() => null)
  if (!found || found.blocks === 0 || found.bavail * found.bsize >= low) return null
  return `less than ${Math.floor(low / 1024 / 1024)} MiB free where the key directory is`
}
