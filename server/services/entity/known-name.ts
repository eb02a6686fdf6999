/** The display names of entities that are registered here, for lists that know only their identifiers. */
import DataLoader from 'dataloader'
import type { Database } from '#server/database/client.ts'

/** Asks the database once for all entities of a page. Each page is asked for, because a subscription lasts. */
export function createNameReader(db: Database): (entityId: string) => Promise<string | null> {
  const loader = new DataLoader<string, string | null>((entityIds) => namesOf(db, entityIds), {
    cache: false,
  })
  return (entityId) => loader.load(entityId)
}

/** The entity in a natural key of the audit log or a run; a Trust Mark has its type before it. */
export const entityOf = (resource: string): string => resource.split(' ').at(-1) ?? resource

async function namesOf(db: Database, entityIds: readonly string[]): Promise<(string | null)[]> {
  const rows = await db.subordinate.findMany({
    where: { entityId: { in: [...new Set(entityIds)] } },
    select: { entityId: true, displayName: true },
  })
  const names = new Map(rows.map(({ entityId, displayName }) => [entityId, displayName]))
  return entityIds.map((entityId) => names.get(entityId) ?? null)
}
