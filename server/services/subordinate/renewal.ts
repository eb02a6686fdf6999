/** Renews a subordinate: fetches its Entity Configuration again and applies the changes (§9, §11). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { type Difference, findDifferences } from '#core/json-difference.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { createVersionConflict } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { isDueAnew } from '#server/publish/age.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'
import type { Examine } from '#server/services/entity/examiner.ts'
import { updateEventTypes } from '#server/services/subordinate/event-types.ts'
import { accepted } from '#server/services/subordinate/rejection.ts'
import {
  auditView,
  fetched,
  findSubordinate,
  toRenewedColumns,
  updateVersion,
} from '#server/services/subordinate/row.ts'

export type Renewal = {
  subordinate: Subordinate
  /** The entity's changes since the previous configuration; empty without changes. */
  differences: Difference[]
}

export function createSubordinateRenewal(context: ServiceContext, examine: Examine) {
  const { db, events, publisher, write, now } = context

  /** Fetches and checks its current configuration. A failure changes nothing, but stores the reason. */
  async function fetchAnew(before: Subordinate): Promise<EntityStatement> {
    // New keys must be announced by a configuration that is signed with the registered keys (§11).
    const registration = typedSubordinate(before)
    const { entityId, jwks } = registration
    const settings = await readSettings(db)
    const result = await examine({ entityId, settings, registration, jwks, registered: true })
    try {
      return accepted(result, { subject: 'id', fields: {} })
    } catch (error) {
      if (error instanceof EntityRejectedError) await rememberFailure(before, error.message)
      throw error
    }
  }

  async function rememberFailure(before: Subordinate, lastError: string) {
    const { id, entityId, version, updatedAt } = before
    const lastCheckedAt = now()
    const failingSince = before.failingSince ?? lastCheckedAt
    const data = { lastError, lastCheckedAt, failingSince, updatedAt }
    await db.subordinate.updateMany({ where: { id, version }, data })
    events.announce({ kind: 'UPDATED', entityId })
  }

  /** Writes a new version with a new statement. Refused if the registered keys changed since the examination. */
  async function follow(caller: Caller, before: Subordinate, statement: EntityStatement) {
    const { entityId } = before
    await write(caller, async (tx) => {
      const result = await updateVersion(tx, before, followed(before, statement, now()))
      return {
        action: 'renewSubordinate',
        resource: entityId,
        before: auditView(before),
        after: auditView(result),
        eventTypes: updateEventTypes(before, result),
        publish: [toPublish('subordinate', entityId)],
        result,
      }
    })
    events.announce({ kind: 'RENEWED', entityId })
  }

  /** Keeps the version and stores the new configuration; the statement is signed again only near its expiry. */
  async function confirm(before: Subordinate, statement: EntityStatement): Promise<void> {
    const { id, entityId, version, updatedAt } = before
    const isDue = isStatementDue(before, now())
    const data = { ...fetched(statement, now()), updatedAt, ...(isDue ? { statementBasis: null } : {}) }
    await db.$transaction(async (tx) => {
      const { count } = await tx.subordinate.updateMany({ where: { id, version }, data })
      if (count === 0) throw createVersionConflict()
      await enqueue(tx, [toPublish('subordinate', entityId)])
    })
    await publisher.flush()
    if (isDue || before.lastError !== null) events.announce({ kind: 'RENEWED', entityId })
  }

  return {
    /** For an operator: always signs a new statement. @throws EntityRejectedError, ConflictError */
    async renew(caller: Caller, id: number): Promise<Subordinate> {
      const before = await findSubordinate(db, id)
      await follow(caller, before, await fetchAnew(before))
      return findSubordinate(db, id)
    },

    /** For runs: writes a new version only after changes. @throws EntityRejectedError, ConflictError */
    async refresh(caller: Caller, id: number): Promise<Renewal> {
      const before = await findSubordinate(db, id)
      const statement = await fetchAnew(before)
      const found = differencesOf(before, followed(before, statement, now()))
      if (found.length > 0) await follow(caller, before, statement)
      else await confirm(before, statement)
      return { subordinate: await findSubordinate(db, id), differences: found }
    },
  }
}

/** The columns that a renewal sets. Metadata recorded by an operator is not among them. */
function followed(before: Subordinate, statement: EntityStatement, now: Date) {
  return { ...toRenewedColumns(statement, before, now), jwks: statement.claims.jwks }
}

function differencesOf(before: Subordinate, after: ReturnType<typeof followed>): Difference[] {
  return [
    ...('metadata' in after ? findDifferences(before.metadata, after.metadata, { path: ['metadata'] }) : []),
    ...findDifferences(before.jwks, after.jwks, { path: ['jwks'] }),
  ]
}

function isStatementDue({ statementIssuedAt, statementExpiresAt }: Subordinate, now: Date): boolean {
  if (!statementIssuedAt || !statementExpiresAt) return true
  const [iat, exp] = [statementIssuedAt.getTime() / 1000, statementExpiresAt.getTime() / 1000]
  return isDueAnew({ iat, exp }, now.getTime() / 1000)
}
