/** Requests that ask to register one entity for several organizations: an operator chooses one of them. */
import type { Prisma, Request } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import { openStates, type RequestKind } from '#server/services/request/input.ts'

type Compared = Pick<Request, 'id' | 'kind' | 'entityId' | 'state'>

const REGISTER: RequestKind = 'REGISTER'

/** Null: it is no open request for a registration. */
export function competingWith({ id, kind, entityId, state }: Compared): Prisma.RequestWhereInput | null {
  if (kind !== REGISTER || !openStates.some((open) => open === state)) return null
  return { entityId, id: { not: id }, kind, state: { in: openStates } }
}

export async function hasCompeting(
  { request }: Pick<Database, 'request'>,
  compared: Compared,
): Promise<boolean> {
  const where = competingWith(compared)
  return where !== null && (await request.count({ where })) > 0
}

/** An approval of many requests at once, in which no operator compares them, approves none of these. @throws ConflictError */
export async function refuseCompeting(db: Pick<Database, 'request'>, compared: Compared): Promise<void> {
  if (await hasCompeting(db, compared))
    throw new ConflictError(
      'Another open request asks to register this entity too. Compare them, then decide each on its own page.',
    )
}
