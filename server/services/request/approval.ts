/** Approves requests: what an operator would have called is executed in the transaction of the decision. */
import { isJsonEqual } from '#core/json.ts'
import type { Organization, Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { ConflictError, createVersionConflict, OperationError } from '#server/error/operation-error.ts'
import { type Caller, ruleCaller } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'
import { type Asked, type Checked, storedChecks } from '#server/services/request/check.ts'
import { hasCompeting } from '#server/services/request/competing.ts'
import { parseText, type RequestChanges, type RequestKind } from '#server/services/request/input.ts'
import { createRequestMail } from '#server/services/request/mail.ts'
import { isOwn, refuseOwn } from '#server/services/request/own.ts'
import {
  type Decision,
  findRequest,
  requestView,
  requireOpen,
  takeStep,
} from '#server/services/request/step.ts'
import { createSubordinateService } from '#server/services/subordinate/subordinates.ts'
import { createTrustMarkService } from '#server/services/trust-mark/trust-marks.ts'
import { writeTogether } from '#server/services/write.ts'

type How = { text: string | null; version?: number | null | undefined }
type Approval = { id: number; version?: number | null | undefined; text?: string | null | undefined }

type Check = (asked: Asked, organization: Organization | null) => Promise<Checked>

export function createApproval(context: ServiceContext, check: Check) {
  const { db, now } = context
  const tellPeople = createRequestMail(context)

  /** Nothing of it is executed; the operator sees what was found. */
  async function keep(request: Request, data: Prisma.RequestUpdateManyMutationInput): Promise<void> {
    await db.request.updateMany({ where: { id: request.id, version: request.version }, data })
  }

  /** The request, if the caller may approve it as it is. @throws ConflictError, NotFoundError */
  async function findApprovable(caller: Caller, { id, version }: Approval): Promise<Request> {
    const request = await findRequest(db, id)
    requireOpen(request)
    if (version != null && version !== request.version) throw createVersionConflict(version)
    // Callers by API key and those of runs come without their organizations.
    if (await isOwn(db, caller.name, request)) refuseOwn()
    return request
  }

  async function checkRequest(request: Request): Promise<Checked> {
    const { organizationId } = request
    const organization =
      organizationId === null ? null : await db.organization.findUnique({ where: { id: organizationId } })
    return check(toAsked(request), organization)
  }

  async function checkAgain(request: Request): Promise<Checked> {
    const checked = await checkRequest(request).catch(async (error) => {
      if (error instanceof EntityRejectedError) {
        const approvalChecks = storedChecks(error.checks, request.kind !== 'REGISTER')
        await keep(request, { approvalChecks })
      }
      throw error
    })
    if (isAsSubmitted(request, checked)) return checked
    const { checks, declared } = checked
    await keep(request, {
      ...(declared ? { declared } : {}),
      approvalChecks: checks,
      version: { increment: 1 },
    })
    throw createConfigurationConflict()
  }

  /** Executes what was just checked; the decision commits with it. */
  async function decide(caller: Caller, request: Request, checked: Checked, how: How): Promise<Request> {
    const services = servicesTogether(context, async (tx) => {
      const decision: Decision = {
        audit: 'approveRequest',
        action: 'APPROVED',
        state: 'APPROVED',
        byMember: false,
        text: how.text,
      }
      const data = { approvalChecks: checked.checks }
      const after = await takeStep(tx, request, { caller, decision, at: now(), version: how.version, data })
      await tellPeople(tx, caller, after, decision)
      return {
        action: decision.audit,
        resource: request.entityId,
        before: requestView(request),
        after: requestView(after),
      }
    })
    await execute(services, caller, request, checked)
    return findRequest(db, request.id)
  }

  return {
    /** @throws ConflictError, InvalidInputError, NotFoundError, EntityRejectedError; nothing was executed then */
    async approve(caller: Caller, { id, version, text }: Approval): Promise<Request> {
      const comment = parseText(text, 'message')
      const request = await findApprovable(caller, { id, version })
      return decide(caller, request, await checkAgain(request), { text: comment, version })
    },

    /** Finds out whether it would be approved, and changes nothing. @throws as `approve` */
    async checkApproval(caller: Caller, approval: Approval): Promise<void> {
      const request = await findApprovable(caller, approval)
      if (!isAsSubmitted(request, await checkRequest(request))) throw createConfigurationConflict()
    },

    /** Right after its submission. What cannot be executed waits for an operator, and so does what competes. */
    async approveByRule(request: Request, checked: Checked): Promise<Request> {
      if (checked.approvedFor === null || (await hasCompeting(db, request))) return request
      const text = `Every check passed. The operators approve such requests for ${checked.approvedFor}.`
      return decide(ruleCaller('approve-by-rule'), request, checked, { text }).catch((error) => {
        if (error instanceof OperationError) return findRequest(db, request.id)
        throw error
      })
    },
  }
}

/** The services that execute requests, with writes that do `further` too. */
function servicesTogether(context: ServiceContext, further: (tx: Transaction) => Promise<AuditEntry>) {
  const together = { ...context, write: writeTogether(context.write, further) }
  return {
    subordinates: createSubordinateService(together),
    trustMarks: createTrustMarkService(together),
  }
}

async function execute(
  { subordinates, trustMarks }: ReturnType<typeof servicesTogether>,
  caller: Caller,
  request: Request,
  { jwt, subordinateId }: Checked,
): Promise<void> {
  const { kind, entityId, organizationId, changes, trustMarkType } = toAsked(request)
  // The configuration that was checked, and compared with the one that the organization submitted.
  const fetch = jwt === null ? undefined : async () => jwt
  if (kind === 'REGISTER')
    await subordinates.register(caller, { entityId, organizationId, ...changes }, fetch)
  else if (subordinateId === null) throw new TypeError(`request ${request.id} is about no subordinate`)
  else if (kind === 'CHANGE') await subordinates.update(caller, { id: subordinateId, ...changes }, fetch)
  else if (kind === 'WITHDRAW') await subordinates.remove(caller, subordinateId)
  else await trustMarks.issue(caller, { entityId, trustMarkType: trustMarkType ?? '' })
}

/** The row as it was parsed when it was written. */
function toAsked({ kind, entityId, organizationId, changes, trustMarkType, acceptedTerms }: Request): Asked {
  return {
    kind: kind as RequestKind,
    entityId,
    organizationId,
    changes: changes as RequestChanges,
    trustMarkType,
    acceptedTerms,
  }
}

/** Whether the entity declares what it declared when the request was checked last; also where it is not fetched. */
const isAsSubmitted = (request: Request, { declared }: Checked) =>
  declared === null || isJsonEqual(declared, request.declared)

const createConfigurationConflict = () =>
  new ConflictError(
    'The entity has published another configuration since the request was checked. Look at it again, then approve.',
    'id',
  )
