/** Pointers into an ordered list: they name the entity with which a page begins, so that they outlive a change of the list. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { CursorKey } from '#store/cursor-key.ts'
import { optional } from './parameter.ts'

/** Of one list; those of another list are unknown to it. */
export type Cursors = {
  /** The value of `next`. */
  format(id: EntityId): Promise<string>
  /** The parameter `from`. @throws FederationError `page_not_found` for anything that was never a `next` here */
  read(parameters: unknown): Promise<EntityId | undefined>
}

const TAG_BYTES = 16

/** An identifier of the greatest length with its tag, in base64. */
const MAX_BYTES = 4096

/** Unknown pointers must be refused, hence the tag: without it anybody could write one that looks like ours. */
export function createCursors(list: string, key: CursorKey): Cursors {
  const tag = (secret: Buffer, id: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify([list, id]))
      .digest()
      .subarray(0, TAG_BYTES)

  async function isOurs(id: string, given: Buffer): Promise<boolean> {
    return given.length === TAG_BYTES && timingSafeEqual(tag(await key(), id), given)
  }

  return {
    async format(id) {
      return Buffer.concat([tag(await key(), id), Buffer.from(id)]).toString('base64url')
    },
    async read(parameters) {
      const cursor = optional(parameters, 'from', MAX_BYTES)
      if (cursor === undefined) return undefined
      const bytes = Buffer.from(cursor, 'base64url')
      const id = bytes.subarray(TAG_BYTES).toString()
      if (bytes.toString('base64url') === cursor && (await isOurs(id, bytes.subarray(0, TAG_BYTES))))
        return id
      const message = 'from is not a pointer that was given here as next; begin without it.'
      throw new FederationError('page_not_found', message, { path: ['from'] })
    },
  }
}
