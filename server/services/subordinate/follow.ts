/** Follows an entity: looks at its Entity Configuration, and stores what it publishes (§9, §11). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { type Difference, findDifferences } from '#core/json-difference.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Prisma, Subordinate } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { ConflictError, createVersionConflict } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { budgetOf, isDueAnew } from '#server/publish/age.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { isAcceptable, isGenuine } from '#server/services/entity/checks.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import type { Candidate, Examine } from '#server/services/entity/examiner.ts'
import { updateEventTypes } from '#server/services/subordinate/event-types.ts'
import { toProblemColumns } from '#server/services/subordinate/problem.ts'
import {
  auditView,
  toConfigurationColumns,
  toRenewedColumns,
  unsigned,
  updateVersion,
} from '#server/services/subordinate/row.ts'

/** Keys that the member pushed, and from when they are: a later configuration of the member replaces them. */
export type PushedKeys = { jwks: JwkSet; at: Date }

/** An examination, and the settings that it used. `budget`: the outage budget in seconds. */
export type Look = Examination & { statementVersion: number; budget: number; pushed?: PushedKeys }

/** What may change with a new configuration. */
export type Manner = {
  /** Keys and metadata are taken over; otherwise the configuration alone. */
  isFollowed: boolean
  /** A new statement is signed: always, after changes or when it is due, or only after changes. */
  signs: 'always' | 'when due' | 'after changes'
}

export type Follower = ReturnType<typeof createFollower>

export function createFollower(context: ServiceContext, examine: Examine) {
  const { db, events, publisher, write, now } = context

  /** Fetches its configuration and checks it against the registration. */
  async function look(before: Subordinate, how: Pick<Candidate, 'fetch' | 'jwks'> = {}): Promise<Look> {
    // Unless they were pushed, new keys must be announced by a configuration that is signed with the registered keys (§11).
    const registration = typedSubordinate(before)
    const { entityId, jwks } = registration
    const settings = await readSettings(db)
    const examination = await examine({ entityId, settings, registration, jwks, registered: true, ...how })
    return { ...examination, statementVersion: settings.statementVersion, budget: budgetOf(settings) }
  }

  /**
   * Stores what a look found, and returns the changes that the entity made. A configuration that is its own is stored
   * even if the member does not resolve with it: whoever asks for it gets the same. @throws ConflictError
   */
  async function store(
    caller: Caller,
    before: Subordinate,
    seen: Look,
    manner: Manner,
  ): Promise<Difference[]> {
    const { checks, statement, statementVersion, budget, pushed } = seen
    const problem = toProblemColumns(before, checks, now())
    if (!statement || !isGenuine(checks)) {
      const { id, version, updatedAt, entityId } = before
      await db.subordinate.updateMany({ where: { id, version }, data: { ...problem, updatedAt } })
      events.announce({ kind: 'UPDATED', entityId })
      return []
    }
    // A statement about a member that fails a check is not prolonged.
    const signs = isAcceptable(checks) ? manner.signs : 'after changes'
    const columns = {
      ...toRenewedColumns(statement, before, now()),
      jwks: pushed?.jwks ?? latestKeys(before, statement),
      ...problem,
      ...toPushColumns(pushed),
    }
    const all = manner.isFollowed ? differencesOf(before, columns) : []
    // If a member fails a check, only a change of its keys is followed (§11.2).
    const found = isAcceptable(checks) || all.some(({ path }) => path[0] === 'jwks') ? all : []
    if (found.length > 0 || signs === 'always') await change(caller, before, columns, statementVersion)
    else {
      // A push counts, so that none with an earlier time is accepted at the same moment.
      const counted = pushed ? { ...toPushColumns(pushed), version: { increment: 1 }, ...unsigned } : {}
      const data = { ...toConfigurationColumns(statement), ...problem, ...counted }
      await confirm(before, data, {
        isSigned: signs === 'when due' && isDue(before, now(), budget),
        statementVersion,
      })
    }
    return found
  }

  /** Writes a new version with a new statement. Refused if the registered keys changed since the look. */
  async function change(
    caller: Caller,
    before: Subordinate,
    columns: Parameters<typeof updateVersion>[2],
    statementVersion: number,
  ): Promise<void> {
    const { entityId } = before
    await write(caller, async (tx) => {
      await requireSettings(tx, statementVersion)
      const result = await updateVersion(tx, before, columns)
      const eventTypes = updateEventTypes(before, result)
      // The member may sign with a new key as soon as it is published.
      const lane = eventTypes.includes('jwks_update') ? 'federation' : 'ordinary'
      return {
        action: 'renewSubordinate',
        resource: entityId,
        before: auditView(before),
        after: auditView(result),
        eventTypes,
        publish: [toPublish('subordinate', entityId, lane)],
        result,
      }
    })
    events.announce({ kind: 'RENEWED', entityId })
  }

  /** Keeps the version, and publishes the configuration if it is another one. */
  async function confirm(
    before: Subordinate,
    columns: ReturnType<typeof toConfigurationColumns> &
      ReturnType<typeof toProblemColumns> &
      Pick<Prisma.SubordinateUpdateManyMutationInput, 'keysPushedAt' | 'version' | 'unsignedChanges'>,
    { isSigned, statementVersion }: { isSigned: boolean; statementVersion: number },
  ): Promise<void> {
    const { id, entityId, version, updatedAt } = before
    const isPublished = isSigned || columns.entityConfiguration !== before.entityConfiguration
    const data = { ...columns, updatedAt, ...(isSigned ? { statementBasis: null } : {}) }
    await db.$transaction(async (tx) => {
      await requireSettings(tx, statementVersion)
      const { count } = await tx.subordinate.updateMany({ where: { id, version }, data })
      if (count === 0) throw createVersionConflict()
      if (isPublished) await enqueue(tx, [toPublish('subordinate', entityId)])
    })
    if (isPublished) await publisher.flush()
    if (isSigned || hasOtherProblem(before, columns)) events.announce({ kind: 'RENEWED', entityId })
  }

  return { look, store }
}

/** What the member said last: a configuration issued before its push does not replace the pushed keys. */
function latestKeys({ jwks, keysPushedAt }: Subordinate, { claims }: EntityStatement): JwkSet {
  const isSuperseded = keysPushedAt !== null && claims.iat * 1000 <= keysPushedAt.getTime()
  return isSuperseded ? (jwks as JwkSet) : claims.jwks // parsed when it was written
}

const toPushColumns = (pushed: PushedKeys | undefined) => (pushed ? { keysPushedAt: pushed.at } : {})

/** A result under other settings would hide what the evaluation of all subordinates finds (evaluation.ts). */
async function requireSettings(tx: Transaction, statementVersion: number): Promise<void> {
  const present = await tx.settings.findUniqueOrThrow({
    where: { id: 1 },
    select: { statementVersion: true },
  })
  if (present.statementVersion !== statementVersion)
    throw new ConflictError('The settings of the federation changed meanwhile. Try again.')
}

/** Metadata recorded by an operator is not among the columns. */
function differencesOf(before: Subordinate, after: { metadata?: unknown; jwks: unknown }): Difference[] {
  return [
    ...('metadata' in after ? findDifferences(before.metadata, after.metadata, { path: ['metadata'] }) : []),
    ...findDifferences(before.jwks, after.jwks, { path: ['jwks'] }),
  ]
}

function hasOtherProblem(before: Subordinate, after: ReturnType<typeof toProblemColumns>): boolean {
  const { lastError, unresolvableReason = before.unresolvableReason } = after
  return before.lastError !== lastError || before.unresolvableReason !== unresolvableReason
}

/** Its statement is due for a new signature. `budget`: the outage budget in seconds. */
export function isDue(
  { statementIssuedAt, statementExpiresAt }: Subordinate,
  now: Date,
  budget: number,
): boolean {
  if (!statementIssuedAt || !statementExpiresAt) return true
  const [iat, exp] = [statementIssuedAt.getTime() / 1000, statementExpiresAt.getTime() / 1000]
  return isDueAnew({ iat, exp }, now.getTime() / 1000, budget)
}
