/** Identifies the caller of a request by session cookie, or by API key in X-API-Key or Authorization. */
import type { IncomingHttpHeaders } from 'node:http'
import { fromNodeHeaders } from 'better-auth/node'
import type { Auth } from '#server/auth/auth.ts'
import { readStrength } from '#server/auth/factors.ts'
import { type KeyHolders, rolesInAnchors } from '#server/auth/key-holders.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { parsePasswordChange } from '#server/identity/password-change.ts'
import { isRole, type SecondFactorGroup } from '#server/identity/roles.ts'
import { parseSignInMethod } from '#server/identity/sign-in-method.ts'
import { factorStepOf, parseStrength } from '#server/identity/strength.ts'

export type Doors = {
  auth: Auth
  db: Database
  now: Clock
  secondFactorGroups: readonly SecondFactorGroup[]
  keyHolders: KeyHolders
}
type Origin = { headers: IncomingHttpHeaders; address: string; requestId: string }

/** Null: no valid credentials, or a user who is locked out or has neither a role nor an organization. */
export async function callerOf(
  doors: Doors,
  { headers, address, requestId }: Origin,
): Promise<Caller | null> {
  const key = apiKeyOf(headers)
  const caller = await (key === null ? callerOfSession(doors, headers) : doors.keyHolders.find(key))
  return caller && { ...caller, address, requestId }
}

/** The same for a request that goes on: nothing is remembered, and it is no use of a key and no activity in a session. */
export function presentCaller(doors: Doors, headers: IncomingHttpHeaders): Promise<Caller | null> {
  const key = apiKeyOf(headers)
  return key === null ? callerOfSession(doors, headers, { disableRefresh: true }) : doors.keyHolders.read(key)
}

function apiKeyOf(headers: IncomingHttpHeaders): string | null {
  const own = headers['x-api-key']
  if (typeof own === 'string') return own
  const [scheme, token] = headers.authorization?.split(' ') ?? []
  return scheme?.toLowerCase() === 'bearer' && token ? token : null
}

async function callerOfSession(
  { auth, db, secondFactorGroups }: Doors,
  headers: IncomingHttpHeaders,
  query: { disableRefresh?: true } = {},
): Promise<Caller | null> {
  if (!headers.cookie) return null
  const session = await auth.api
    .getSession({ headers: fromNodeHeaders(headers), query })
    .catch(async (error) => {
      await db.$queryRaw`SELECT 1` // the library hides the cause; this throws on an outage of the database
      throw error
    })
  if (!session || session.user.banned) return null
  const { user } = session
  const role = isRole(user.role) ? user.role : null
  const [anchors, organizations, strength] = await Promise.all([
    rolesInAnchors(db, user.id),
    organizationsOf(db, user.id),
    readStrength(db, user),
  ])
  const allRoles = [...(role ? [role] : []), ...anchors.values()]
  if (allRoles.length === 0 && organizations.size === 0) return null
  const { id, createdAt: signedInAt } = session.session
  const signedInBy = parseSignInMethod(session.session.signedInBy)
  const groups: SecondFactorGroup[] = [...allRoles, ...(organizations.size > 0 ? (['member'] as const) : [])]
  const isRequired = groups.some((each) => secondFactorGroups.includes(each))
  const factorStep = factorStepOf(parseStrength(session.session.strength), strength, isRequired)
  return {
    name: user.username ?? user.email,
    displayName: user.name,
    email: user.email,
    role,
    ...(anchors.size > 0 ? { grants: { installation: role, anchors, only: null, limit: null } } : {}),
    ...(organizations.size > 0 ? { organizations } : {}),
    method: 'session',
    session: { id, userId: user.id, signedInAt, signedInBy },
    ...(factorStep ? { factorStep } : {}),
    passwordChange: parsePasswordChange(user.passwordChange),
  }
}

async function organizationsOf(db: Database, userId: string): Promise<Map<number, { mayInvite: boolean }>> {
  const rows = await db.organizationUser.findMany({ where: { userId } })
  return new Map(rows.map(({ organizationId, mayInvite }) => [organizationId, { mayInvite }]))
}
