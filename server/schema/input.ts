/** Reading what a mutation was given. */
import { decodeGlobalID } from '@pothos/plugin-relay'
import { RECENT_SECONDS } from '#server/auth/freshness.ts'
import type { Person } from '#server/auth/own-account.ts'
import { NotFoundError, ReauthenticationRequiredError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'
import { integerKey } from '#server/schema/global-id.ts'

/** The key in the database of a global id; null when it is of another type or malformed. */
export function keyOrNull(globalId: string, typename: string): number | null {
  let decoded: { typename: string; id: string }
  try {
    decoded = decodeGlobalID(globalId)
  } catch {
    return null // not a global id at all
  }
  return decoded.typename === typename ? integerKey(decoded.id) : null
}

/** The same for a mutation. @throws NotFoundError */
export function nodeId(globalId: string, typename: string): number {
  const id = keyOrNull(globalId, typename)
  if (id !== null) return id
  throw new NotFoundError(
    `There is no ${typename} with the id ${JSON.stringify(globalId.slice(0, 100))}.`,
    'id',
  )
}

/** The same for things whose key is text. @throws NotFoundError */
export function textNodeId(globalId: string, typename: string): string {
  try {
    const decoded = decodeGlobalID(globalId)
    if (decoded.typename === typename) return decoded.id
  } catch {
    // Not a global id at all: as good as unknown.
  }
  throw new NotFoundError(
    `There is no ${typename} with the id ${JSON.stringify(globalId.slice(0, 100))}.`,
    'id',
  )
}

/** Who is changing something; the scopes of the field have seen to it that somebody is. */
export function signedIn({ caller }: Context): Caller {
  if (!caller) throw new TypeError('a mutation without a scope')
  return caller
}

/**
 * The same for what touches access and keys: whoever holds a session must have shown a short while ago that it is theirs.
 * @throws ReauthenticationRequiredError
 */
export function recentlySignedIn(context: Context): Caller {
  const caller = signedIn(context)
  if (caller.session && !isRecent(caller.session)) throw new ReauthenticationRequiredError()
  return caller
}

/** Who changes their own account; the scope of the field has seen to it that they signed in. */
export function person(context: Context): Person {
  const { session, ...caller } = signedIn(context)
  if (!session) throw new TypeError('a mutation of an account without the scope ownAccount')
  return { ...caller, session }
}

/** @throws ReauthenticationRequiredError */
export function recentPerson(context: Context): Person {
  recentlySignedIn(context)
  return person(context)
}

export function isRecent({ signedInAt }: { signedInAt: Date }): boolean {
  return Date.now() - signedInAt.getTime() < RECENT_SECONDS * 1000
}
