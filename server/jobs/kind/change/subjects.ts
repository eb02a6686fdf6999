/** The subordinates of a bulk change: those that a caller names, or all that match a condition. */
import type { Prisma, Run } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { requireName, requireSize } from '#server/jobs/kind/named.ts'
import type { RunItemInput } from '#server/jobs/kind/row.ts'

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
export async function chooseSubordinates(db: Database, subjects: Subjects): Promise<Chosen> {
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
