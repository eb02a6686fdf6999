/** Requests of organizations that wait for an operator: what their approval does. */
import { getMember, isJsonObject } from '#core/json.ts'
import type { Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { InvalidInputError, OperationError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { organizationNames } from '#server/plan/kind/organizations.ts'
import type { Source } from '#server/plan/plan.ts'
import type { Fields } from '#server/plan/section.ts'
import { objectsOf, type SourceContext } from '#server/plan/source/source.ts'
import type { AskedIn, Finding, Wanted } from '#server/plan/wanted.ts'
import { hasCompeting, refuseCompeting } from '#server/services/request/competing.ts'
import type { RequestChanges, RequestKind, RequestState } from '#server/services/request/input.ts'
import { ownAmong, refuseOwn } from '#server/services/request/own.ts'
import { requireWaiting } from '#server/services/request/step.ts'

/** Each is checked again when it is approved. */
const MAXIMUM = 10_000

export type RequestSource =
  /** Ids of the API with their keys; null: not the id of a request. */
  | { ids: readonly { id: string; key: number | null; version?: number }[] }
  /** Those that match and wait for an operator. */
  | { where: Prisma.RequestWhereInput }

/** One that cannot be approved is left alone, with a warning. @throws InvalidInputError */
export async function fromRequests(
  context: SourceContext & { caller: Caller },
  source: RequestSource,
): Promise<Source> {
  const { rows, unknown } = await findRequests(context.db, source)
  const registered = await namesOf(context.db, rows)
  const organizations = await organizationNames(
    context.db,
    rows.map(({ organizationId }) => organizationId),
  )
  const own = await ownAmong(context.db, context.caller.name, rows)
  // Together, because the database is asked once for all.
  const contested = await Promise.all(rows.map((row) => hasCompeting(context.db, row)))
  const wanted = new Map<string, Wanted>()
  const removed = new Map<string, AskedIn>()
  const warnings = unknown.map((id) => warning(id, 'There is no such request.'))
  for (const [at, row] of rows.entries()) {
    const { id, entityId, version, kind } = row
    try {
      requireWaiting(row)
      if (own.has(id)) refuseOwn()
      if (contested[at]) refuseCompeting()
      const object = toWanted(row, organizations.get(row.organizationId ?? 0))
      const name = `${object.section} ${object.key}`
      if (kind !== 'REGISTER' && !registered.has(entityId))
        throw new InvalidInputError('It is not registered.')
      if (wanted.has(name) || removed.has(object.key))
        throw new InvalidInputError('Another of the requests is about it too. Approve this one after it.')
      if (kind === 'WITHDRAW') removed.set(entityId, { id, version })
      else wanted.set(name, { ...object, request: { id, version } })
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      const isLeft = row.state === ('APPROVED' satisfies RequestState)
      warnings.push({ ...warning(entityId, error.message), ...(isLeft ? { isLeft } : {}) })
    }
  }
  return {
    anchor: context.slug,
    objects: objectsOf([...wanted.values()]),
    removed: [{ section: 'members', keys: [...removed.keys()], requests: removed }],
    warnings,
    isIndependent: true,
  }
}

const warning = (key: string, message: string): Finding => ({
  ...{ object: { section: 'members', key, wanted: {} }, path: [], message },
})

async function findRequests(db: Database, source: RequestSource) {
  if ('where' in source) {
    const where = { AND: [source.where, { state: 'WAITING_FOR_OPERATOR' }] }
    const rows = await db.request.findMany({ where, orderBy: { id: 'asc' }, take: MAXIMUM + 1 })
    if (rows.length <= MAXIMUM) return { rows, unknown: [] }
    throw new InvalidInputError(
      `More than ${MAXIMUM} requests match. Narrow the filter.`,
      'requests',
      'filter',
    )
  }
  const versions = new Map(source.ids.map(({ key, version }) => [key ?? 0, version]))
  const found = await db.request.findMany({
    where: { id: { in: [...versions.keys()] } },
    orderBy: { id: 'asc' },
  })
  const rows = found.map((row) => ({ ...row, version: versions.get(row.id) ?? row.version }))
  const known = new Set(rows.map(({ id }) => id))
  const unknown = source.ids.filter(({ key }) => !known.has(key ?? 0)).map(({ id }) => id)
  return { rows, unknown: [...new Set(unknown)] }
}

async function namesOf(db: Database, rows: readonly Request[]): Promise<Set<string>> {
  const entityId = { in: [...new Set(rows.map((row) => row.entityId))] }
  const found = await db.subordinate.findMany({ where: { entityId }, select: { entityId: true } })
  return new Set(found.map((row) => row.entityId))
}

/** The keys are those that the organization submitted, or that its entity declared then: others are not approved. */
function toWanted(
  { kind, entityId, changes: asked, declared, trustMarkType }: Request,
  organization: string | undefined,
): Wanted {
  const changes = asked as RequestChanges // as it was parsed when it was submitted
  if (kind === ('TRUST_MARK' satisfies RequestKind)) {
    const wanted = { entityId, trustMarkType }
    return { section: 'trustMarks', key: `${trustMarkType} ${entityId}`, isNew: true, wanted }
  }
  const section = 'members'
  const jwks = changes.jwks ?? (isJsonObject(declared) ? getMember(declared, 'jwks') : undefined)
  const keys: Fields = jwks === undefined ? {} : { jwks }
  const { metadata } = changes
  if (kind === ('CHANGE' satisfies RequestKind))
    return {
      ...{ section, key: entityId },
      wanted: {
        ...(changes.jwks === undefined ? {} : keys),
        ...(metadata === undefined ? {} : { metadata }),
      },
    }
  return {
    ...{ section, key: entityId, isNew: true },
    wanted: {
      ...{ entityId, ...keys },
      ...(metadata == null ? {} : { metadata }),
      ...(organization === undefined ? {} : { organization }),
    },
  }
}
