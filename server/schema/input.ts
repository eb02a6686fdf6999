/** Reads ids, callers and alternatives in resolvers. */
import { decodeGlobalID } from '@pothos/plugin-relay'
import { RECENT_SECONDS } from '#server/auth/freshness.ts'
import type { Person } from '#server/auth/own-account.ts'
import { NotFoundError, ReauthenticationRequiredError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'
import { integerKey, locateId, textKey } from '#server/schema/global-id.ts'

/** The database key of a global id; null if it is malformed or of another type. */
export function keyOrNull(globalId: string, typename: string): number | null {
  let decoded: { typename: string; id: string }
  try {
    decoded = decodeGlobalID(globalId)
  } catch {
    return null // not a global id
  }
  return decoded.typename === typename ? integerKey(decoded.id) : null
}

/**
 * The database key of an object of this anchor; null: it is of none. `isWhole`: the id names its anchor, as those of a
 * client do. Those of a stored request name it too.
 */
export function ownKey(
  { slug }: { slug: string },
  given: string,
  typename: string,
  isWhole = false,
): number | null {
  const { anchor, id } = locateId(given) ?? { anchor: slug, id: given }
  const isOwn = anchor === slug || (!isWhole && id === given)
  return isOwn ? keyOrNull(id, typename) : null
}

/** The database key of a global id. @throws NotFoundError */
export function nodeId(globalId: string, typename: string): number {
  const id = keyOrNull(globalId, typename)
  if (id !== null) return id
  throw new NotFoundError(
    `There is no ${typename} with the id ${JSON.stringify(globalId.slice(0, 100))}.`,
    'id',
  )
}

/** The same for types whose key is text. @throws NotFoundError */
export function textNodeId(globalId: string, typename: string): string {
  try {
    const decoded = decodeGlobalID(globalId)
    const key = textKey(decoded.id)
    if (decoded.typename === typename && key !== null) return key
  } catch {
    // Not a global id: treated as unknown.
  }
  throw new NotFoundError(
    `There is no ${typename} with the id ${JSON.stringify(globalId.slice(0, 100))}.`,
    'id',
  )
}

/** The caller of a mutation; the scopes of the field guarantee that there is one. */
export function requireCaller({ caller }: Context): Caller {
  if (!caller) throw new TypeError('The mutation has no scope.')
  return caller
}

/**
 * The caller of a mutation that changes access or keys: a session must be recent.
 * @throws ReauthenticationRequiredError
 */
export function requireRecentCaller(context: Context): Caller {
  const caller = requireCaller(context)
  if (caller.session && !isRecent(caller.session, context.now())) throw new ReauthenticationRequiredError()
  return caller
}

/** The caller of a change of its own account; the scope of the field guarantees a session. */
export function requireSession(context: Context): Person {
  const { session, ...caller } = requireCaller(context)
  if (!session) throw new TypeError('The mutation lacks the scope ownAccount.')
  return { ...caller, session }
}

/** @throws ReauthenticationRequiredError */
export function requireRecentSession(context: Context): Person {
  requireRecentCaller(context)
  return requireSession(context)
}

export function isRecent({ signedInAt }: { signedInAt: Date }, now: Date): boolean {
  return now.getTime() - signedInAt.getTime() < RECENT_SECONDS * 1000
}
