/** The pipelines of checks that operators compose, one for each Entity Type and Trust Mark type. */
import type { CheckPipeline, Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { createVersionConflict, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type PipelineCheckInput, parseChecks } from '#server/services/request/pipeline/input.ts'

export type PipelineInput = {
  entityType?: string | null | undefined
  trustMarkType?: string | null | undefined
  /** Absent: they stay. */
  checks?: readonly PipelineCheckInput[] | null | undefined
  approves?: boolean | null | undefined
  /** 0: there is none yet. */
  version?: number | null | undefined
}

/** With the Trust Mark type; null: of an Entity Type. */
export type ListedPipeline = CheckPipeline & { trustMarkType: { type: string } | null }

type Place = { entityType: string } | { trustMarkTypeId: number }

const MAXIMUM_ENTITY_TYPE = 100
const MAXIMUM_PIPELINES = 200

export function createPipelineService({
  db,
  allowHttp,
  write,
}: Pick<ServiceContext, 'db' | 'allowHttp' | 'write'>) {
  return {
    /** By Entity Type, then by Trust Mark type. */
    list: (): Promise<ListedPipeline[]> =>
      db.checkPipeline.findMany({
        include: { trustMarkType: { select: { type: true } } },
        orderBy: [{ entityType: { sort: 'asc', nulls: 'last' } }, { trustMarkType: { type: 'asc' } }],
      }),

    /** Creates it when there is none. @throws InvalidInputError, NotFoundError, ConflictError */
    async update(
      caller: Caller,
      { version, checks, approves, ...named }: PipelineInput,
    ): Promise<CheckPipeline> {
      const { place, name } = await findPlace(db, named)
      const data = {
        ...(checks == null ? {} : { checks: parseChecks(checks, { allowHttp }) as Prisma.InputJsonValue }),
        ...(approves == null ? {} : { approves }),
      }
      return write(caller, async (tx) => {
        const before = await tx.checkPipeline.findFirst({ where: place })
        const result = before
          ? await change(tx, before, data, version)
          : await create(tx, place, data, version)
        return {
          action: 'updateCheckPipeline',
          resource: name,
          ...(before ? { before } : {}),
          after: result,
          result,
        }
      })
    },
  }
}

async function findPlace(
  db: Database,
  { entityType, trustMarkType }: Pick<PipelineInput, 'entityType' | 'trustMarkType'>,
): Promise<{ place: Place; name: string }> {
  const type = entityType?.trim()
  if (Boolean(type) === Boolean(trustMarkType))
    throw new InvalidInputError('Name either an Entity Type or a Trust Mark type.', 'entityType')
  if (!trustMarkType) {
    if (!type || !/^[\x21-\x7e]+$/.test(type) || type.length > MAXIMUM_ENTITY_TYPE)
      throw new InvalidInputError('This is no Entity Type, such as openid_relying_party.', 'entityType')
    return { place: { entityType: type }, name: type }
  }
  const found = await db.trustMarkType.findUnique({ where: { type: trustMarkType }, select: { id: true } })
  if (!found) throw new NotFoundError(`There is no Trust Mark type ${trustMarkType}.`, 'trustMarkType')
  return { place: { trustMarkTypeId: found.id }, name: trustMarkType }
}

type Data = { checks?: Prisma.InputJsonValue; approves?: boolean }
type Version = number | null | undefined

async function change(
  tx: Transaction,
  { id, version: current }: CheckPipeline,
  data: Data,
  version: Version,
) {
  const where = { id, version: version ?? current }
  const { count } = await tx.checkPipeline.updateMany({ where, data: { ...data, version: { increment: 1 } } })
  if (count === 0) throw createVersionConflict(version)
  return tx.checkPipeline.findUniqueOrThrow({ where: { id } })
}

async function create(tx: Transaction, place: Place, data: Data, version: Version): Promise<CheckPipeline> {
  if (version) throw createVersionConflict(version)
  if ((await tx.checkPipeline.count()) >= MAXIMUM_PIPELINES)
    throw new InvalidInputError(`${MAXIMUM_PIPELINES} types have checks. No more are allowed.`, 'entityType')
  return tx.checkPipeline.create({ data: { ...place, ...data } })
}
