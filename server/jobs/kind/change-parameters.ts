/** Parses the parameters of a bulk change, when its run starts. */
import type { Prisma, Run } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { type RunItemInput, type RunOptions, requireName, requireSize } from '#server/jobs/kind/row.ts'
import {
  type Changes,
  changeActions,
  findIssuable,
  findType,
  parseChanges,
  requireFitting,
} from '#server/plan/source/selection.ts'
import { parseReason } from '#server/services/reason.ts'

/** A renewal sets no field, so it has no plan. */
export const subordinateActions = ['RENEW', ...changeActions] as const
export type SubordinateAction = (typeof subordinateActions)[number]

export type ChangeParameters = {
  action: SubordinateAction
  dryRun: boolean
  /** How many subordinates were named or matched at the start. */
  count: number
  reason?: string
  changes?: Changes
  trustMarkType?: string
  delegation?: string
  /** For a removal only. */
  revokesMarks?: boolean
  /** The filter as the caller gave it, for the audit log. */
  filter?: object
  /** The same as a condition of the database. */
  where?: Prisma.SubordinateWhereInput
}

type GivenChange = {
  action: SubordinateAction
  dryRun?: boolean | null | undefined
  reason?: string | null | undefined
  changes?: Changes | null | undefined
  trustMarkType?: string | null | undefined
  delegation?: string | null | undefined
  /** Whether a removal revokes the Trust Marks; true by default. */
  revokesMarks?: boolean | null | undefined
}

type Deps = Parameters<typeof findIssuable>[0]

/** @throws InvalidInputError, NotFoundError */
export async function changeOptions(deps: Deps, given: GivenChange, subjects: Subjects): Promise<RunOptions> {
  const reason = parseReason(given.reason)
  const parsed = {
    action: given.action,
    dryRun: given.dryRun ?? false,
    ...(reason ? { reason } : {}),
    ...(await parseGiven(deps, given)),
  }
  const { items, ...chosen } = await chooseSubordinates(deps.db, subjects)
  const parameters: ChangeParameters = { ...parsed, ...chosen }
  // As plain JSON, in which a time of the condition is a string; the database client takes it too.
  return { parameters: JSON.parse(JSON.stringify(parameters)), ...(items ? { items } : {}) }
}

/** What the action takes. @throws InvalidInputError, NotFoundError */
async function parseGiven(deps: Deps, given: GivenChange): Promise<Partial<ChangeParameters>> {
  const { action, changes, trustMarkType, delegation, revokesMarks } = given
  requireFitting({ ...given, delegation: action === 'ISSUE_TRUST_MARK' ? delegation : null })
  if (action === 'REMOVE') return { revokesMarks: revokesMarks ?? true }
  if (action === 'UPDATE') {
    await parseChanges(deps, changes ?? {})
    const known = Object.entries(changes ?? {}).filter(([, value]) => value !== undefined)
    return { changes: Object.fromEntries(known) }
  }
  if (!trustMarkType) return {}
  if (action === 'REVOKE_TRUST_MARK') await findType(deps.db, trustMarkType)
  else await findIssuable(deps, trustMarkType, delegation ?? null)
  return { trustMarkType, ...(delegation && action === 'ISSUE_TRUST_MARK' ? { delegation } : {}) }
}

/** The subordinates of a bulk change: those that a caller names, or all that match a condition. */
export type Subjects =
  /** Ids of the API with their keys; null: not the id of a subordinate. */
  | { ids: readonly { id: string; key: number | null }[] }
  | { entityIds: readonly string[] }
  | { filter: object; where: Prisma.SubordinateWhereInput }

type Chosen = {
  count: number
  items?: readonly RunItemInput[]
  filter?: object
  where?: Prisma.SubordinateWhereInput
}

const PAGE = 10_000

/** @throws InvalidInputError */
async function chooseSubordinates(db: Database, subjects: Subjects): Promise<Chosen> {
  if ('where' in subjects)
    return { count: await db.subordinate.count({ where: subjects.where }), ...subjects }
  const items =
    'ids' in subjects ? await itemsByKey(db, subjects.ids) : await itemsByName(db, subjects.entityIds)
  return { count: items.length, items }
}

/** An id of no subordinate, such as of a removed one, becomes an item that fails. */
async function itemsByKey(db: Database, ids: readonly { id: string; key: number | null }[]) {
  requireSize(ids, 'subordinates', 'ids')
  const keys = ids.flatMap(({ key }) => key ?? [])
  const rows = await db.subordinate.findMany({
    where: { id: { in: keys } },
    select: { id: true, entityId: true },
  })
  const found = new Map(rows.map(({ id, entityId }) => [id, entityId]))
  const items = new Map<string, RunItemInput>()
  for (const { id, key } of ids) {
    const resource = found.get(key ?? 0)
    if (resource === undefined) items.set(id, { resource: requireName(id, 'subordinates', 'ids') })
    else items.set(resource, { resource, key: String(key) })
  }
  return [...items.values()]
}

/** The same for names that are not registered. */
async function itemsByName(db: Database, entityIds: readonly string[]): Promise<RunItemInput[]> {
  const given = entityIds
    .map((name) => requireName(name.trim(), 'subordinates', 'entityIds'))
    .filter((name) => name !== '')
  const names = [...new Set(given)]
  requireSize(names, 'subordinates', 'entityIds')
  const rows = await db.subordinate.findMany({
    where: { entityId: { in: names } },
    select: { id: true, entityId: true },
  })
  const found = new Map(rows.map(({ id, entityId }) => [entityId, String(id)]))
  return names.map((resource) => ({ resource, key: found.get(resource) ?? '' }))
}

/** Adds an item for each subordinate that matches the condition. */
export async function addMatching(
  tx: Transaction,
  { id: runId }: Run,
  where: Prisma.SubordinateWhereInput,
): Promise<void> {
  for (let last = 0; ; ) {
    const page = await tx.subordinate.findMany({
      where: { AND: [where, { id: { gt: last } }] },
      orderBy: { id: 'asc' },
      select: { id: true },
      take: PAGE,
    })
    const ids = page.map(({ id }) => id)
    if (ids.length > 0)
      await tx.$executeRaw`
        INSERT INTO "RunItem" ("runId", "key", "resource")
        SELECT ${runId}, "id"::text, "entityId" FROM "Subordinate" WHERE "id" = ANY(${ids}) ORDER BY "id"`
    last = ids.at(-1) ?? last
    if (ids.length < PAGE) return
  }
}
