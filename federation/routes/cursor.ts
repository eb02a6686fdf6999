/** Creates cursors: a cursor names the first entity of a page, so it stays valid when the list changes. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { CursorKey } from '#store/cursor-key.ts'
import { readOptional } from '../http/parameter.ts'

/** The cursors of one list. Those of other lists are refused. */
export type Cursors = {
  /** Returns the value of `next`, for a list with this filter; an empty one for all entities. */
  format(id: EntityId, filter: string): Promise<string>
  /** Reads the parameter `from`. @throws FederationError `page_not_found` when it is not a cursor of this list with this filter */
  read(parameters: unknown, filter: string): Promise<EntityId | undefined>
}

const TAG_BYTES = 16

/** Enough for the longest identifier with its tag, in base64. */
const MAX_BYTES = 4096

/** Cursors have a tag, because invented ones must be refused. */
export function createCursors(list: string, key: CursorKey): Cursors {
  const computeTag = (secret: Buffer, id: string, filter: string) =>
    createHmac('sha256', secret)
      .update(JSON.stringify(filter === '' ? [list, id] : [list, id, filter]))
      .digest()
      .subarray(0, TAG_BYTES)

  async function isOurs(id: string, filter: string, given: Buffer): Promise<boolean> {
    return given.length === TAG_BYTES && timingSafeEqual(computeTag(await key(), id, filter), given)
  }

  return {
    async format(id, filter) {
      return Buffer.concat([computeTag(await key(), id, filter), Buffer.from(id)]).toString('base64url')
    },
    async read(parameters, filter) {
      const cursor = readOptional(parameters, 'from', MAX_BYTES)
      if (cursor === undefined) return undefined
      const bytes = Buffer.from(cursor, 'base64url')
      const id = bytes.subarray(TAG_BYTES).toString()
      if (bytes.toString('base64url') === cursor && (await isOurs(id, filter, bytes.subarray(0, TAG_BYTES))))
        return id
      const message =
        'The parameter from is not a cursor of this list with these filters. Omit it to start with the first page.'
      throw new FederationError('page_not_found', message, { path: ['from'] })
    },
  }
}
