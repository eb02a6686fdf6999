/** Identifies the caller of a request by session cookie, or by API key in X-API-Key or Authorization. */
import type { IncomingHttpHeaders } from 'node:http'
import { fromNodeHeaders } from 'better-auth/node'
import type { Auth } from '#server/auth/auth.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { parsePasswordChange } from '#server/identity/password-change.ts'
import { isRole, lesserRole, type Role } from '#server/identity/roles.ts'
import { parseSignInMethod } from '#server/identity/sign-in-method.ts'

export type Doors = { auth: Auth; db: Database; now: Clock; secondFactorRoles: readonly Role[] }
type Origin = { headers: IncomingHttpHeaders; address: string; requestId: string }

/** Null: no valid credentials, or a user without a role or locked out. */
export async function callerOf(doors: Doors, origin: Origin): Promise<Caller | null> {
  const key = apiKeyOf(origin.headers)
  return key === null ? callerOfSession(doors, origin) : callerOfApiKey(doors, key, origin)
}

function apiKeyOf(headers: IncomingHttpHeaders): string | null {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  const [scheme, token] = headers.authorization?.split(' ') ?? []
  return scheme?.toLowerCase() === 'bearer' && token ? token : null
}

async function callerOfSession(
  { auth, db, secondFactorRoles }: Doors,
  { headers, address, requestId }: Origin,
): Promise<Caller | null> {
  if (!headers.cookie) return null
  const session = await auth.api.getSession({ headers: fromNodeHeaders(headers) }).catch(async (error) => {
    await db.$queryRaw`SELECT 1` // the library hides the cause; this throws on an outage of the database
    throw error
  })
  if (!session || session.user.banned || !isRole(session.user.role)) return null
  const { user } = session
  const { id, createdAt: signedInAt } = session.session
  const signedInBy = parseSignInMethod(session.session.signedInBy)
  const needsSecondFactor = secondFactorRoles.includes(session.user.role) && signedInBy === 'password'
  return {
    name: user.username ?? user.email,
    displayName: user.name,
    email: user.email,
    role: session.user.role,
    method: 'session',
    session: { id, userId: user.id, signedInAt, signedInBy },
    lacksSecondFactor: needsSecondFactor && !user.twoFactorEnabled,
    passwordChange: parsePasswordChange(user.passwordChange),
    address,
    requestId,
  }
}

/** Checks the owner as well: the library does not, and a key would outlive its owner's rights. */
async function callerOfApiKey(
  { auth, db }: Doors,
  key: string,
  { address, requestId }: Origin,
): Promise<Caller | null> {
  const verified = await auth.api.verifyApiKey({ body: { key } })
  if (!verified.valid || !verified.key) {
    // The library calls a key invalid when it could not read it. An outage must not look like lost rights.
    await db.$queryRaw`SELECT 1`
    return null
  }
  const owner = await db.user.findUnique({ where: { id: verified.key.referenceId } })
  if (!owner || owner.banned || !isRole(owner.role)) return null
  const keyRole = roleOfKey(verified.key.metadata)
  return {
    name: owner.username ?? owner.email,
    displayName: owner.name,
    email: owner.email,
    role: isRole(keyRole) ? lesserRole(keyRole, owner.role) : owner.role,
    method: 'api_key',
    address,
    requestId,
  }
}

function roleOfKey(metadata: unknown): unknown {
  return typeof metadata === 'object' && metadata !== null && 'role' in metadata ? metadata.role : undefined
}
