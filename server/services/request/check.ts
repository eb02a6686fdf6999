/** Checks what a request asks for: as the operation would that executes it, then by the pipelines of the operators. */
import type { Organization, Prisma } from '#prisma/generated/client/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type EntityCheck, EntityRejectedError, isAcceptable } from '#server/services/entity/checks.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import type { RequestChanges, RequestKind } from '#server/services/request/input.ts'
import { createPipelineRun } from '#server/services/request/pipeline/run.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'

export type Asked = {
  kind: RequestKind
  entityId: string
  /** Null: of no organization, and an entity of any is meant. */
  organizationId: number | null
  changes: RequestChanges
  trustMarkType: string | null
  acceptedTerms: string[]
}

export type Checked = {
  checks: Prisma.InputJsonArray
  /** What the Entity Configuration declares; null: it was not fetched. */
  declared: Prisma.InputJsonObject | null
  /** The configuration that was checked. */
  jwt: string | null
  /** The registered entity; null before a registration. */
  subordinateId: number | null
  /** The types whose pipelines approve it; null: an operator decides it. */
  approvedFor: string | null
}

/** The examination of an entity that fails nothing; null: it was not fetched. */
type Examined = { examination: Examination | null; subordinateId: number | null }

export function createRequestCheck(context: ServiceContext & { subordinates: SubordinateService }) {
  const { db, now, subordinates } = context
  const pipelines = createPipelineRun(context)

  async function examine(asked: Asked): Promise<Examined> {
    const { kind, entityId, organizationId, changes, trustMarkType } = asked
    if (kind === 'REGISTER')
      return {
        examination: await subordinates.checkRegistration({ entityId, organizationId, ...changes }),
        subordinateId: null,
      }
    const where = organizationId === null ? { entityId } : { entityId, organizationId }
    const own = await db.subordinate.findFirst({ where, select: { id: true } })
    if (!own) {
      const holder = organizationId === null ? 'There is no' : 'The organization has no'
      throw new NotFoundError(`${holder} entity ${entityId} here.`, 'entityId')
    }
    const { id: subordinateId } = own
    if (kind === 'CHANGE')
      return { examination: await subordinates.checkUpdate({ id: subordinateId, ...changes }), subordinateId }
    if (trustMarkType === null) return { examination: null, subordinateId }
    await checkType(entityId, trustMarkType)
    // A mark says nothing about what its holder publishes, unless the operators ask for it.
    if (!(await pipelines.hasPipeline(trustMarkType))) return { examination: null, subordinateId }
    return { examination: await subordinates.inspect({ entityId }), subordinateId }
  }

  async function checkType(entityId: string, type: string): Promise<void> {
    const found = await db.trustMarkType.findUnique({ where: { type } })
    if (!found?.active)
      throw new InvalidInputError('No Trust Mark of this type is issued here.', 'trustMarkType')
    const where = { trustMarkTypeId: found.id, entityId, active: true, expiresAt: { gt: now() } }
    if ((await db.trustMark.count({ where: { ...where, invalidReason: null } })) > 0)
      throw new ConflictError(`${entityId} holds a valid mark of this type already.`, 'trustMarkType')
  }

  /** @throws ConflictError, InvalidInputError, NotFoundError, EntityRejectedError */
  return async function check(asked: Asked, organization: Organization | null): Promise<Checked> {
    const { examination, subordinateId } = await examine(asked)
    if (!examination) return { ...nothingFetched, subordinateId }
    const examined = shownChecks(examination.checks, subordinateId !== null)
    if (!isAcceptable(examined)) throw new EntityRejectedError(examined, 'entityId')
    const { kind, trustMarkType, acceptedTerms } = asked
    const request = { kind, trustMarkType, acceptedTerms, organization }
    const found = await pipelines.run(request, { ...examination, checks: examined })
    const checks = [...examined, ...found.checks]
    if (!isAcceptable(checks)) throw new EntityRejectedError(checks, 'entityId')
    const { claims, jwt = null } = examination.statement ?? {}
    return {
      checks: toJson(checks),
      // Parsed from JSON.
      declared: claims
        ? ({ jwks: claims.jwks, metadata: claims.metadata ?? {} } as Prisma.InputJsonObject)
        : null,
      jwt,
      subordinateId,
      approvedFor: found.approvedFor,
    }
  }
}

const nothingFetched = { checks: [], declared: null, jwt: null, approvedFor: null }

/** No warning says that the entity of a change is registered. */
function shownChecks<Name extends string>(
  checks: readonly EntityCheck<Name>[],
  isRegistered: boolean,
): EntityCheck<Name>[] {
  return checks.filter(({ name }) => !isRegistered || name !== 'NOT_REGISTERED')
}

/** The checks that a refusal found. */
export const storedChecks = (checks: readonly EntityCheck<string>[], isRegistered: boolean) =>
  toJson(shownChecks(checks, isRegistered))

/** The checks of a stored request. */
export const readChecks = (stored: Prisma.JsonValue) => stored as unknown as EntityCheck<string>[] // see `toJson`

const toJson = (checks: readonly EntityCheck<string>[]) => checks as unknown as Prisma.InputJsonArray // plain objects
