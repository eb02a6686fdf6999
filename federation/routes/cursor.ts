/** Pointers into an ordered list: they name the entity with which a page begins, so that they outlive a change of the list. */
import { type EntityId, parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { optional } from './parameter.ts'

/** Stands before the identifier, so that what is none of ours is seen. */
const MARK = '1 '

/** An identifier of the greatest length, in base64. */
const MAX_BYTES = 4096

export function formatCursor(id: EntityId): string {
  return Buffer.from(MARK + id).toString('base64url')
}

/** The parameter `from`. @throws FederationError `page_not_found` for anything that was never a `next` */
export function optionalCursor(parameters: unknown): EntityId | undefined {
  const cursor = optional(parameters, 'from', MAX_BYTES)
  if (cursor === undefined) return undefined
  const text = Buffer.from(cursor, 'base64url').toString()
  try {
    const id = parseEntityId(text.slice(MARK.length), { allowHttp: true })
    if (formatCursor(id) === cursor) return id
  } catch {
    // The same answer to everything that is no cursor of ours.
  }
  const message = 'from is not a pointer that was given here as next; begin without it.'
  throw new FederationError('page_not_found', message, { path: 'from' })
}
