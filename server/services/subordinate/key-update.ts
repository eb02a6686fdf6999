/** Follows a subordinate that asks for it, after it has announced new keys (§11.2). */
import { isJsonEqual } from '#core/json.ts'
import { jobCaller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { SubordinateService } from '#server/services/subordinate/subordinates.ts'

const caller = jobCaller('jwks-update-trigger')

export type KeyUpdate = {
  state: 'updated' | 'unchanged' | 'not_acceptable' | 'unknown'
  /** A sentence. */
  message: string
}

export function createKeyUpdate({
  db,
  subordinates,
}: Pick<ServiceContext, 'db'> & { subordinates: SubordinateService }) {
  /** As the hourly check does it. @throws ConflictError, UnavailableError: nothing was changed then */
  return async function update(entityId: string): Promise<KeyUpdate> {
    const before = await db.subordinate.findUnique({ where: { entityId } })
    if (!before?.active)
      return { state: 'unknown', message: `${entityId} is not a subordinate of this Trust Anchor.` }
    if (!before.autorenew)
      return { state: 'unchanged', message: 'The operators update this entity themselves. Ask them.' }
    const { result, message } = await subordinates.check(caller, before, null)
    const { jwks } = await db.subordinate.findUniqueOrThrow({ where: { entityId }, select: { jwks: true } })
    if (!isJsonEqual(jwks, before.jwks))
      return {
        state: 'updated',
        message: 'The keys of the Entity Configuration are registered and published.',
      }
    if (result === 'FAILED') return { state: 'not_acceptable', message }
    return { state: 'unchanged', message: 'The Entity Configuration has the keys that are registered.' }
  }
}
