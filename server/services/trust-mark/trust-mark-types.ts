/** Trust Mark types that this anchor issues (§7). */
import { defaultTerms } from '#core/defaults.ts'
import { parseTrustMarkOwner, type TrustMarkOwner } from '#core/trust-mark/index.ts'
import type { Prisma, TrustMarkType } from '#prisma/generated/client/client.ts'
import { readSettings } from '#server/database/settings.ts'
import {
  ConflictError,
  createVersionConflict,
  DuplicateError,
  NotFoundError,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { columnsOf, field, type Input, inApi, optionalJsonField, parsePatch } from '#server/services/patch.ts'
import { patchTerms, type Terms, termFields } from '#server/services/trust-mark/terms.ts'

type Context = { allowHttp: boolean }

const text = field(null, (given: string) => given)

/** One row per field, by the name of its column. */
export const trustMarkTypeFields = {
  ...termFields(defaultTerms),
  active: inApi(
    'Boolean',
    'Whether marks can be issued and are served, and the type is listed in trust_mark_issuers; true by default. Marks of a type that is not active are invalid.',
    field(true, (value: boolean) => value),
  ),
  statusList: inApi(
    'Boolean',
    'Whether marks refer to an entry of a Token Status List when they are signed, so that a revocation counts from a file; false by default. The reference replaces a `status` among the additional claims.',
    field(false, (value: boolean) => value),
  ),
  description: inApi('String', 'A human-readable description of what it certifies.', text),
  logoUri: inApi('URL', 'The logo of the mark.', text),
  ref: inApi('URL', 'A link to the requirements.', text),
  owner: optionalJsonField(parseOwner),
}

export type TrustMarkTypeFields = Input<typeof trustMarkTypeFields>

export function createTrustMarkTypeService({ db, allowHttp, write }: ServiceContext) {
  async function columns(input: TrustMarkTypeFields, present: Terms) {
    const limits = await readSettings(db)
    const patch = parsePatch(trustMarkTypeFields, input, { ...limits, allowHttp })
    return { ...columnsOf(trustMarkTypeFields, patch), ...patchTerms(present, patch, input, limits) }
  }

  return {
    async create(
      caller: Caller,
      { type, ...fields }: TrustMarkTypeFields & { type: string },
    ): Promise<TrustMarkType> {
      const existing = await db.trustMarkType.findUnique({ where: { type } })
      if (existing) {
        const { id } = existing
        const message = `The Trust Mark type ${type} already exists.`
        throw new DuplicateError({ typename: 'TrustMarkType', id }, message, 'type')
      }
      const data: Prisma.TrustMarkTypeCreateInput = { type, ...(await columns(fields, defaultTerms)) }
      return write(caller, async (tx) => {
        const result = await tx.trustMarkType.create({ data })
        return change('createTrustMarkType', undefined, result)
      })
    },

    async update(
      caller: Caller,
      { id, version, ...fields }: TrustMarkTypeFields & { id: number; version?: number | null | undefined },
    ): Promise<TrustMarkType> {
      const present = await db.trustMarkType.findUnique({ where: { id } })
      if (!present) throw new NotFoundError('There is no such Trust Mark type.', 'id')
      const data = await columns(fields, present)
      return write(caller, async (tx) => {
        const { count } = await tx.trustMarkType.updateMany({
          where: { id, version: version ?? present.version },
          data: { ...data, version: { increment: 1 } },
        })
        if (count === 0) throw createVersionConflict(version)
        return change(
          'updateTrustMarkType',
          present,
          await tx.trustMarkType.findUniqueOrThrow({ where: { id } }),
        )
      })
    },

    /** Only a type without issued marks: the status of issued marks must stay available (§8.4). */
    async remove(caller: Caller, id: number): Promise<string> {
      return write(caller, async (tx) => {
        const before = await tx.trustMarkType.findUnique({
          where: { id },
          include: { _count: { select: { trustMarks: true } } },
        })
        if (!before) throw new NotFoundError('There is no such Trust Mark type.', 'id')
        if (before._count.trustMarks > 0) {
          throw new ConflictError(
            `${before._count.trustMarks} Trust Marks of this type exist. Set it inactive instead.`,
            'id',
          )
        }
        await tx.trustMarkType.delete({ where: { id } })
        return {
          action: 'removeTrustMarkType',
          resource: before.type,
          before,
          publish: [toPublish('entity-configuration')],
          result: before.type,
        }
      })
    },
  }
}

/** `trust_mark_issuers` and `trust_mark_owners` of the Entity Configuration follow the types. */
function change(action: AuditAction, before: TrustMarkType | undefined, after: TrustMarkType) {
  return {
    action,
    resource: after.type,
    ...(before ? { before } : {}),
    after,
    publish: [toPublish('entity-configuration')],
    result: after,
  }
}

/** Keeps nothing beyond {sub, jwks} (§3.1.2). */
function parseOwner(value: unknown, { allowHttp }: Context): TrustMarkOwner {
  const { sub, jwks } = parseTrustMarkOwner(value, ['owner'], { allowHttp })
  return { sub, jwks }
}
