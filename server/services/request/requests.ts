/** Requests of organizations: members submit them, both sides comment, operators decide (11-members). */
import { parseEntityId } from '#core/entity-id.ts'
import type { Organization, Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, InvalidInputError, parseField } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createApproval } from '#server/services/request/approval.ts'
import { createAssignment } from '#server/services/request/assignment.ts'
import { createRequestCheck } from '#server/services/request/check.ts'
import {
  MAXIMUM_OPEN,
  MAXIMUM_UNKNOWN,
  openStates,
  parseRequest,
  parseText,
  type RequestInput,
  requireText,
} from '#server/services/request/input.ts'
import { createRequestMail } from '#server/services/request/mail.ts'
import {
  type Decision,
  findRequest,
  recordStep,
  requestView,
  takeStep,
} from '#server/services/request/step.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'

type Answer = { id: number; version?: number | null | undefined; text?: string | null | undefined }

export function createRequestService(context: ServiceContext & { subordinates: SubordinateService }) {
  const { db, allowHttp, write, now } = context
  const check = createRequestCheck(context)
  const tellPeople = createRequestMail(context)
  const { approveByRule, ...approval } = createApproval(context, check)

  /** A step that changes nothing but the request. */
  function decide(caller: Caller, { id, version }: Answer, decision: Decision): Promise<Request> {
    return write(caller, async (tx) => {
      const before = await findRequest(tx, id)
      const result = await takeStep(tx, before, { caller, decision, at: now(), version })
      await tellPeople(tx, caller, result, decision)
      return {
        action: decision.audit,
        resource: before.entityId,
        before: requestView(before),
        after: requestView(result),
        result,
      }
    })
  }

  return {
    /** @throws NotFoundError */
    find: (id: number): Promise<Request> => findRequest(db, id),

    /**
     * Examines the entity, then places the request. One that fails a check is not placed, because no operator could
     * approve it. It is approved at once where every check passed and the operators let their pipelines approve.
     * @throws ConflictError, InvalidInputError, NotFoundError, EntityRejectedError
     */
    async submit(caller: Caller, input: RequestInput): Promise<Request> {
      const { kind, organizationId } = input
      const entityId = parseField('entityId', () => parseEntityId(input.entityId, { allowHttp }))
      const { message, ...details } = parseRequest(input)
      const organization = organizationId === null ? null : await findActive(db, organizationId)
      await refuseSecond(db, entityId, organizationId)
      const asked = { kind, entityId, organizationId, ...details }
      const checked = await check(asked, organization)
      const { checks, declared } = checked
      const request = await write(caller, async (tx) => {
        await lock(tx, `inmor:requests:${organizationId}`)
        await refuseSecond(tx, entityId, organizationId)
        if (organization) await refuseTooMany(tx, organization)
        else await refuseTooManyUnknown(tx, entityId)
        const result = await tx.request.create({
          data: {
            ...asked,
            changes: details.changes as Prisma.InputJsonObject, // parsed from JSON
            checks,
            ...(declared ? { declared } : {}),
            submittedBy: caller.name,
          },
        })
        await recordStep(tx, result.id, caller, { action: 'SUBMITTED', byMember: true, text: message })
        return { action: 'submitRequest', resource: entityId, after: requestView(result), result }
      })
      return approveByRule(request, checked)
    },

    ...approval,

    ...createAssignment(context),

    refuse: async (caller: Caller, answer: Answer): Promise<Request> =>
      decide(caller, answer, {
        audit: 'refuseRequest',
        action: 'REFUSED',
        state: 'REFUSED',
        byMember: false,
        text: requireText(answer.text, 'reason', 'Say why it is refused.'),
      }),

    /** Asks the organization for something. */
    returnToMember: async (caller: Caller, answer: Answer): Promise<Request> => {
      const text = requireText(answer.text, 'message', 'Say what the organization has to do or answer.')
      const { organizationId } = await findRequest(db, answer.id)
      if (organizationId === null)
        throw new ConflictError('Software sent it, which does not answer. Approve or refuse it.', 'id')
      return decide(caller, answer, {
        audit: 'returnRequest',
        action: 'RETURNED',
        state: 'WAITING_FOR_MEMBER',
        byMember: false,
        text,
      })
    },

    withdraw: async (caller: Caller, answer: Answer): Promise<Request> =>
      decide(caller, answer, {
        audit: 'withdrawRequest',
        action: 'WITHDRAWN',
        state: 'WITHDRAWN',
        byMember: true,
        text: parseText(answer.text, 'message'),
      }),

    /** An answer of the organization gives the request back to the operators. */
    comment: async (caller: Caller, answer: Answer & { byMember: boolean }): Promise<Request> =>
      decide(caller, answer, {
        audit: 'commentRequest',
        action: 'COMMENTED',
        state: answer.byMember ? 'WAITING_FOR_OPERATOR' : null,
        byMember: answer.byMember,
        text: requireText(answer.text, 'text', 'Write a comment.'),
      }),
  }
}

export type RequestService = ReturnType<typeof createRequestService>

/** @throws InvalidInputError, ConflictError */
async function findActive(db: Database, id: number): Promise<Organization> {
  const organization = await db.organization.findUnique({ where: { id } })
  if (!organization) throw new InvalidInputError('There is no such organization.', 'organizationId')
  if (organization.active) return organization
  throw new ConflictError(`${organization.name} takes no part in the federation.`, 'organizationId')
}

type Reader = Pick<Transaction, 'request'>

/** An organization has one open request at a time for an entity. @throws ConflictError */
async function refuseSecond(db: Reader, entityId: string, organizationId: number | null): Promise<void> {
  const open = await db.request.count({ where: { entityId, organizationId, state: { in: openStates } } })
  if (open > 0)
    throw new ConflictError(
      'A request for this entity waits already. Withdraw it first, or add a comment to it.',
      'entityId',
    )
}

/** @throws ConflictError */
async function refuseTooMany(tx: Transaction, { id, name }: Organization): Promise<void> {
  const open = await tx.request.count({ where: { organizationId: id, state: { in: openStates } } })
  if (open >= MAXIMUM_OPEN)
    throw new ConflictError(`${name} has ${open} open requests. No more are allowed.`, 'organizationId')
}

/** Anyone with a domain has entities without number. @throws ConflictError */
async function refuseTooManyUnknown(tx: Transaction, entityId: string): Promise<void> {
  const { origin } = new URL(entityId)
  const open = { organizationId: null, state: { in: openStates } }
  const [all, atHost] = [
    await tx.request.count({ where: open }),
    await tx.request.count({ where: { ...open, entityId: { startsWith: origin } } }),
  ]
  if (all >= MAXIMUM_UNKNOWN.all || atHost >= MAXIMUM_UNKNOWN.host)
    throw new ConflictError('Too many requests wait for the operators. Try again in some days.', 'entityId')
}
