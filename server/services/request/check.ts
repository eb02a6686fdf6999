/** Checks what a request asks for, as the operation would that executes it. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { EntityCheck } from '#server/services/entity/checks.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import type { RequestChanges, RequestKind } from '#server/services/request/input.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'

export type Asked = {
  kind: RequestKind
  entityId: string
  organizationId: number
  changes: RequestChanges
  trustMarkType: string | null
}

export type Checked = {
  checks: Prisma.InputJsonArray
  /** What the Entity Configuration declares; null: it was not fetched. */
  declared: Prisma.InputJsonObject | null
  /** The configuration that was checked. */
  jwt: string | null
  /** The registered entity; null before a registration. */
  subordinateId: number | null
}

export function createRequestCheck({
  db,
  now,
  subordinates,
}: ServiceContext & { subordinates: SubordinateService }) {
  /** @throws ConflictError, InvalidInputError, NotFoundError, EntityRejectedError */
  return async function check({
    kind,
    entityId,
    organizationId,
    changes,
    trustMarkType,
  }: Asked): Promise<Checked> {
    if (kind === 'REGISTER')
      return toChecked(await subordinates.checkRegistration({ entityId, organizationId, ...changes }), null)
    const own = await db.subordinate.findFirst({ where: { entityId, organizationId }, select: { id: true } })
    if (!own) throw new NotFoundError(`The organization has no entity ${entityId} here.`, 'entityId')
    if (kind === 'CHANGE')
      return toChecked(await subordinates.checkUpdate({ id: own.id, ...changes }), own.id)
    if (trustMarkType !== null) await checkType(entityId, trustMarkType)
    return toChecked(null, own.id)
  }

  async function checkType(entityId: string, type: string): Promise<void> {
    const found = await db.trustMarkType.findUnique({ where: { type } })
    if (!found?.active)
      throw new InvalidInputError('No Trust Mark of this type is issued here.', 'trustMarkType')
    const where = { trustMarkTypeId: found.id, entityId, active: true, expiresAt: { gt: now() } }
    if ((await db.trustMark.count({ where: { ...where, invalidReason: null } })) > 0)
      throw new ConflictError(`${entityId} holds a valid mark of this type already.`, 'trustMarkType')
  }
}

function toChecked(examination: Examination | null, subordinateId: number | null): Checked {
  const { checks = [], statement } = examination ?? {}
  const { jwks, metadata = {} } = statement?.claims ?? {}
  return {
    checks: storedChecks(checks, subordinateId !== null),
    // Parsed from JSON.
    declared: jwks ? ({ jwks, metadata } as Prisma.InputJsonObject) : null,
    jwt: statement?.jwt ?? null,
    subordinateId,
  }
}

/** The checks as JSON. That an entity which shall be changed is registered is no warning. */
export function storedChecks(checks: readonly EntityCheck[], isRegistered: boolean): Prisma.InputJsonArray {
  const shown = checks.filter(({ name }) => !isRegistered || name !== 'NOT_REGISTERED')
  return shown as unknown as Prisma.InputJsonArray // plain objects
}
