/** Immediate Subordinates: register, update, renew, deactivate, reactivate, remove. */
import { parseEntityId } from '#core/entity-id.ts'
import type { Subordinate } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { type Settings, typedSubordinate } from '#server/database/typed-row.ts'
import { parseField } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SubordinateChangeKind } from '#server/live/events.ts'
import { type Lane, toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createCorrection } from '#server/services/entity/correction.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import { type Candidate, createExaminer } from '#server/services/entity/examiner.ts'
import { parsePatch } from '#server/services/patch.ts'
import { createSubordinateCheck } from '#server/services/subordinate/check.ts'
import { createEvaluation } from '#server/services/subordinate/evaluation.ts'
import { updateEventTypes } from '#server/services/subordinate/event-types.ts'
import { createFollower } from '#server/services/subordinate/follow.ts'
import {
  type RegisterInput,
  subordinateFields,
  type UpdateInput,
} from '#server/services/subordinate/input.ts'
import { createKeyAcceptance } from '#server/services/subordinate/key-acceptance.ts'
import { createPreparation } from '#server/services/subordinate/preparation.ts'
import { createRegistration } from '#server/services/subordinate/registration.ts'
import { createSubordinateRenewal } from '#server/services/subordinate/renewal.ts'
import {
  auditView,
  emptyRegistration,
  findSubordinate,
  setActive,
  unsigned,
  updateVersion,
} from '#server/services/subordinate/row.ts'
import { createStatementPreview } from '#server/services/subordinate/statement-preview.ts'
import { createStoredCheck } from '#server/services/subordinate/stored-check.ts'
import { isUnpublished } from '#server/services/subordinate/unpublished.ts'
import { checkAgainstFederation } from '#server/services/trust-anchor/policy-agreement.ts'
import { createRevocation } from '#server/services/trust-mark/revocation.ts'

export function createSubordinateService(context: ServiceContext) {
  const { db, allowHttp, events, write } = context
  const examine = createExaminer(context)
  const prepare = createPreparation(context, examine)
  const { revokeAll } = createRevocation(context)
  const add = createRegistration(context)

  /** Changes an existing row, and announces the change after the commit. */
  async function change(
    caller: Caller,
    id: number,
    action: AuditAction,
    kind: SubordinateChangeKind,
    eventTypes: (before: Subordinate, after: Subordinate) => string[],
    work: (tx: Transaction, before: Subordinate) => Promise<Subordinate>,
  ): Promise<Subordinate> {
    const row = await write(caller, async (tx) => {
      const before = await findSubordinate(tx, id)
      const result = await work(tx, before)
      return {
        action,
        resource: before.entityId,
        before: auditView(before),
        after: auditView(result),
        eventTypes: eventTypes(before, result),
        publish: isUnsigned(before, result)
          ? []
          : [toPublish('subordinate', before.entityId, laneOf(kind, result))],
        result,
      }
    })
    return announced(kind, row)
  }

  /** The row with its statement, which publication signs right after the commit. */
  async function announced(kind: SubordinateChangeKind, { id, entityId }: Subordinate): Promise<Subordinate> {
    events.announce({ kind, entityId })
    return findSubordinate(db, id)
  }

  const follower = createFollower(context, examine)

  return {
    /** Runs every check without a change. */
    async inspect(input: {
      entityId: string
      jwks?: unknown
    }): Promise<Examination & { subordinate: Subordinate | null }> {
      const entityId = parseField('entityId', () => parseEntityId(input.entityId, { allowHttp }))
      const settings = await readSettings(db)
      const { jwks } = parsePatch(subordinateFields, { jwks: input.jwks }, settings)
      const subordinate = await db.subordinate.findUnique({ where: { entityId } })
      const registered = subordinate && typedSubordinate(subordinate)
      const result = await examine({
        entityId,
        settings,
        registration: registered ?? emptyRegistration,
        jwks: jwks ?? registered?.jwks,
        registered: registered !== null,
      })
      return { ...result, subordinate }
    },

    /** `fetch` as of a candidate. @throws ConflictError, InvalidInputError, EntityRejectedError; nothing was changed then */
    async register(caller: Caller, input: RegisterInput, fetch?: Candidate['fetch']): Promise<Subordinate> {
      return announced(
        'REGISTERED',
        await add(caller, { input, ...(await prepare.registration(input, { fetch })) }),
      )
    },

    /** Checks what `register` would refuse, by default under the present settings, and changes nothing. @throws as `register` */
    async checkRegistration(input: RegisterInput, settings?: Settings): Promise<Examination> {
      return (await prepare.registration(input, { settings })).examination
    },

    /** Checks what `update` would refuse, by default under the present settings, and changes nothing. Null: it needs no examination. @throws as `update` */
    async checkUpdate(input: UpdateInput, settings?: Settings): Promise<Examination | null> {
      return (await prepare.update(input, { settings })).examination
    },

    /** What `update` would refuse, by what is stored. */
    checkStored: createStoredCheck(context, examine),

    /**
     * Changes the settings of a subordinate; note and tags alone publish nothing. `fetch` as of a candidate.
     * @throws EntityRejectedError if the entity fails a check
     */
    async update(caller: Caller, input: UpdateInput, fetch?: Candidate['fetch']): Promise<Subordinate> {
      const { present, fields, data } = await prepare.update(input, { fetch })
      const { id, version } = input
      return change(caller, id, 'updateSubordinate', 'UPDATED', updateEventTypes, async (tx) => {
        await checkAgainstFederation(tx, fields.metadataPolicy)
        return updateVersion(tx, present, isUnpublished(fields) ? { ...data, ...unsigned } : data, version)
      })
    },

    ...createSubordinateRenewal(context, follower),
    ...createSubordinateCheck(context, follower),
    ...createKeyAcceptance(follower),
    ...createEvaluation(context),
    ...createStatementPreview(context, examine),
    ...createCorrection(context),

    /** Removes the subordinate from every endpoint and keeps its registration. */
    deactivate: (caller: Caller, id: number) =>
      change(
        caller,
        id,
        'deactivateSubordinate',
        'DEACTIVATED',
        () => ['suspension'],
        (tx) => setActive(tx, id, false),
      ),

    reactivate: (caller: Caller, id: number) =>
      change(
        caller,
        id,
        'reactivateSubordinate',
        'REACTIVATED',
        () => ['reactivation'],
        (tx) => setActive(tx, id, true),
      ),

    /** Deletes the registration; the audit log keeps it. Its Trust Marks are revoked unless they may stay. */
    async remove(caller: Caller, id: number, { revokesMarks = true }: Removal = {}): Promise<string> {
      const entityId = await write(caller, async (tx) => {
        const before = await findSubordinate(tx, id)
        const parts = revokesMarks ? await revokeAll(tx, id, caller.reason ?? REMOVED) : []
        await tx.subordinate.delete({ where: { id } })
        return {
          action: 'removeSubordinate',
          resource: before.entityId,
          before: auditView(before),
          eventTypes: ['revocation'],
          parts,
          publish: [
            toPublish('subordinate', before.entityId, 'withdrawal'),
            ...parts.flatMap(({ publish }) => publish),
          ],
          result: before.entityId,
        }
      })
      events.announce({ kind: 'REMOVED', entityId })
      return entityId
    },
  }
}

type Removal = {
  /** Whether its Trust Marks are revoked; true by default. */
  revokesMarks?: boolean | undefined
}

/** Why its marks are revoked, unless the caller says why. */
const REMOVED = 'The entity was removed from the federation.'

/** Nothing of the change is published. */
const isUnsigned = (before: Subordinate, after: Subordinate) => after.unsignedChanges > before.unsignedChanges

/** A withdrawal goes first, then what an operator sets; the rest waits its turn. */
function laneOf(kind: SubordinateChangeKind, { active }: Subordinate): Lane {
  if (!active) return 'withdrawal'
  return kind === 'UPDATED' ? 'federation' : 'ordinary'
}
export type SubordinateService = ReturnType<typeof createSubordinateService>
