/** Requests that ask to register one entity for several organizations: an operator chooses one of them. */
import DataLoader from 'dataloader'
import type { Request } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import { openStates, type RequestKind } from '#server/services/request/input.ts'

type Reader = Pick<Database, 'request'>
type Compared = Pick<Request, 'id' | 'kind' | 'entityId' | 'state'>

const REGISTER: RequestKind = 'REGISTER'

/** Asks the database once for all requests of a page. Each page is asked for. */
const loaders = new WeakMap<Reader, DataLoader<string, Request[]>>()

function loaderOf(db: Reader): DataLoader<string, Request[]> {
  const known = loaders.get(db)
  if (known) return known
  const loader = new DataLoader((ids: readonly string[]) => readOpen(db, ids), { cache: false })
  loaders.set(db, loader)
  return loader
}

async function readOpen(db: Reader, entityIds: readonly string[]): Promise<Request[][]> {
  const where = { entityId: { in: [...entityIds] }, kind: REGISTER, state: { in: openStates } }
  const found = await db.request.findMany({ where, orderBy: { id: 'asc' } })
  return entityIds.map((entityId) => found.filter((row) => row.entityId === entityId))
}

/** The other open requests to register the same entity, the oldest first; none for another request. */
export async function findCompeting(db: Reader, { id, kind, entityId, state }: Compared): Promise<Request[]> {
  if (kind !== REGISTER || !openStates.some((open) => open === state)) return []
  return (await loaderOf(db).load(entityId)).filter((other) => other.id !== id)
}

export async function hasCompeting(db: Reader, compared: Compared): Promise<boolean> {
  return (await findCompeting(db, compared)).length > 0
}

/** An approval of many requests at once, in which no operator compares them, approves none of these. @throws ConflictError */
export function refuseCompeting(): never {
  throw new ConflictError(
    'Another open request asks to register this entity too. Compare them, then decide each on its own page.',
  )
}
