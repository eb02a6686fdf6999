/** Awaited entities: candidates that failed a check, and are examined each hour until they can be registered. */
import { parseEntityId } from '#core/entity-id.ts'
import type { AwaitedEntity } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { readSettings } from '#server/database/settings.ts'
import { ConflictError, DuplicateError, NotFoundError, parseField } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createExaminer } from '#server/services/entity/examiner.ts'
import { emptyRegistration } from '#server/services/subordinate/row.ts'

export const MAX_AWAITED = 200
const DAYS = 30
const DAY_MS = 86_400_000

/** After this, an entity is no longer awaited. */
export const endOfWaiting = ({ since }: Pick<AwaitedEntity, 'since'>) =>
  new Date(since.getTime() + DAYS * DAY_MS)

/** Those since then are awaited. */
export const startOfWaiting = (now: Date): Date => new Date(now.getTime() - DAYS * DAY_MS)

/** Those whose time has not ended. */
export const whereAwaited = (now: Date) => ({ since: { gt: startOfWaiting(now) } })
export const whereNoLongerAwaited = (now: Date) => ({ NOT: whereAwaited(now) })

export function createAwaitedEntities(context: ServiceContext) {
  const { db, entityId: anchor, allowHttp, fetcher, write, now } = context
  const examine = createExaminer(context)

  /** The columns after an examination. @throws the reason of the signal */
  async function look(entityId: string, signal?: AbortSignal) {
    const { checks } = await examine({
      entityId,
      settings: await readSettings(db),
      registration: emptyRegistration,
      registered: false,
      fetch: () => fetcher.entityConfiguration(entityId, { signal }),
    })
    const failed = checks.find(({ status }) => status === 'FAILED')
    return { examinedAt: now(), failedCheck: failed?.name ?? null, message: failed?.message ?? null }
  }

  async function refuseUnlessAwaitable(tx: Transaction | Database, entityId: string): Promise<void> {
    if (entityId === anchor)
      throw new ConflictError('The Trust Anchor cannot be its own subordinate.', 'entityId')
    const registered = await tx.subordinate.findUnique({ where: { entityId }, select: { id: true } })
    if (registered)
      throw new DuplicateError(
        { typename: 'Subordinate', id: registered.id },
        `${entityId} is already registered.`,
        'entityId',
      )
    const where = whereAwaited(now())
    if (await tx.awaitedEntity.findFirst({ where: { ...where, entityId }, select: { id: true } }))
      throw new ConflictError(`${entityId} is examined every hour already.`, 'entityId')
    if ((await tx.awaitedEntity.count({ where })) >= MAX_AWAITED)
      throw new ConflictError(
        `At most ${MAX_AWAITED} entities are examined every hour. Dismiss one first.`,
        'entityId',
      )
  }

  return {
    /** The latest first. */
    list: (): Promise<AwaitedEntity[]> =>
      db.awaitedEntity.findMany({ where: whereAwaited(now()), orderBy: { id: 'desc' }, take: MAX_AWAITED }),

    /** Examines an entity now, and from then on each hour. @throws InvalidInputError, ConflictError */
    async await(caller: Caller, given: string): Promise<AwaitedEntity> {
      const entityId = parseField('entityId', () => parseEntityId(given, { allowHttp }))
      await refuseUnlessAwaitable(db, entityId)
      const seen = await look(entityId)
      return write(caller, async (tx) => {
        // Two requests together must not exceed the maximum.
        await lock(tx, 'inmor:awaited')
        await refuseUnlessAwaitable(tx, entityId)
        await tx.awaitedEntity.deleteMany({ where: { ...whereNoLongerAwaited(now()), entityId } })
        const passesSince = seen.failedCheck === null ? seen.examinedAt : null
        const data = { entityId, requestedBy: caller.name, since: now(), passesSince, ...seen }
        const result = await tx.awaitedEntity.create({ data })
        const { failedCheck } = seen
        return { action: 'awaitEntity', resource: entityId, after: { failedCheck }, result }
      })
    },

    /** @throws NotFoundError */
    stopAwaiting: (caller: Caller, entityId: string): Promise<string> =>
      write(caller, async (tx) => {
        const row = await tx.awaitedEntity.findUnique({ where: { entityId } })
        if (!row) throw new NotFoundError(`${entityId} is not examined every hour.`, 'entityId')
        await tx.awaitedEntity.delete({ where: { entityId } })
        const { requestedBy, since, failedCheck } = row
        const before = { requestedBy, since: since.toISOString(), failedCheck }
        return { action: 'stopAwaitingEntity', resource: entityId, before, result: entityId }
      }),

    /** Examines an awaited entity again, and returns whether it passes. @throws the reason of the signal */
    async examineAgain(before: AwaitedEntity, signal: AbortSignal): Promise<boolean> {
      const { id, entityId } = before
      const seen = await look(entityId, signal)
      const passes = seen.failedCheck === null
      const passesSince = passes ? (before.passesSince ?? seen.examinedAt) : null
      // Meanwhile it may have been registered or dismissed.
      await db.awaitedEntity.updateMany({ where: { id }, data: { ...seen, passesSince } })
      return passes
    },
  }
}
