/** Provisions users of single sign-on: created at the first sign-in, with the role of their groups at each. */
import { generateRandomString } from 'better-auth/crypto'
import type { JWTPayload } from 'jose'
import { revokeKeys } from '#server/auth/api-keys.ts'
import { isUsername, WITHOUT_ADDRESS } from '#server/auth/credential.ts'
import { type SignInRefusal, signInRefusals } from '#server/auth/failure.ts'
import { resourceOf } from '#server/auth/user-row.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { PROVIDER_ID, type Role, roleOfClaims, type SingleSignOn } from '#server/identity/roles.ts'
import { endRequestsOf, openRequestsOf } from '#server/services/protection/requester.ts'
import { recordChange } from '#server/services/write.ts'

export type Profile = { email: string; name: string; emailVerified: boolean; refusal?: SignInRefusal }

/** Issuer and subject, because a subject is unique at one provider only. */
export function accountIdOf({ iss, sub }: Record<string, unknown>): string {
  return `${iss} ${sub}`
}

/** Never links to a local user with the same name or address: the provider could take the account over. */
export async function provisionUser(
  db: Database,
  claims: JWTPayload,
  config: SingleSignOn,
): Promise<Profile & JWTPayload> {
  const profile = { ...claims, ...describe(claims) }
  const role = roleOfClaims(claims, config)
  const account = await db.account.findFirst({
    where: { providerId: PROVIDER_ID, accountId: accountIdOf(claims) },
    include: { user: true },
  })
  if (!role) {
    if (account) await endAccess(db, account.user, config)
    return refuse(profile, 'no_role')
  }
  if (account) {
    await updateRole(db, account.user, role, config)
    return profile
  }
  try {
    await create(db, claims, role, config)
    return profile
  } catch (error) {
    if (error instanceof ConflictError) return refuse(profile, 'user_conflict')
    throw error
  }
}

/** A random address keeps the library from finding an equal one and offering to link. */
function refuse(profile: Profile & JWTPayload, refusal: SignInRefusal): Profile & JWTPayload {
  return { ...profile, email: `${generateRandomString(16)}${WITHOUT_ADDRESS}`, refusal }
}

/** The address as stored; the provider's claim about its verification is ignored. */
function describe(claims: JWTPayload) {
  const username = usernameOf(claims)
  const email =
    typeof claims.email === 'string' ? claims.email.toLowerCase() : `${username}${WITHOUT_ADDRESS}`
  return { email, name: typeof claims.name === 'string' ? claims.name : username, emailVerified: false }
}

function usernameOf({ preferred_username: preferred, email, sub }: JWTPayload): string {
  const names = [preferred, email, sub].filter((name) => typeof name === 'string')
  return (names.find(isUsername) ?? generateRandomString(16)).toLowerCase()
}

function create(db: Database, claims: JWTPayload, role: Role, config: SingleSignOn): Promise<void> {
  const username = usernameOf(claims)
  const { email, name } = describe(claims)
  return recordChange(db, provider(config), async (tx) => {
    if (await tx.user.findFirst({ where: { OR: [{ username }, { email }] } }))
      throw new ConflictError(signInRefusals.user_conflict)
    const account = { id: generateRandomString(32), providerId: PROVIDER_ID, accountId: accountIdOf(claims) }
    await tx.user.create({
      data: { id: generateRandomString(32), username, name, email, role, accounts: { create: account } },
    })
    const after = { role, name, email, account: account.accountId }
    return { action: 'createUser', ...resourceOf({ username, email }), after, result: undefined }
  })
}

/** Ends the sessions, API keys and open requests of a user who lost every role. */
async function endAccess(
  db: Database,
  user: { id: string; username: string | null; email: string },
  config: SingleSignOn,
): Promise<void> {
  const keys = { referenceId: user.id, enabled: true }
  const { resource } = resourceOf(user)
  const open =
    (await db.session.count({ where: { userId: user.id } })) +
    (await db.apikey.count({ where: keys })) +
    (await db.approval.count({ where: openRequestsOf(resource) }))
  if (open === 0) return // the failed sign-in has its own entry
  await recordChange(db, provider(config), async (tx) => {
    const { count: sessions } = await tx.session.deleteMany({ where: { userId: user.id } })
    const apiKeysRevoked = await revokeKeys(tx, { referenceId: user.id })
    const after = { sessionsEnded: sessions, apiKeysRevoked, because: 'no_role' }
    await endRequestsOf(tx, provider(config), resource)
    return { action: 'endAccess', resource, after, result: undefined }
  })
}

async function updateRole(
  db: Database,
  user: { id: string; username: string | null; email: string; role: string | null },
  role: Role,
  config: SingleSignOn,
): Promise<void> {
  if (user.role === role) return
  await recordChange(db, provider(config), async (tx) => {
    await tx.user.update({ where: { id: user.id }, data: { role } })
    await tx.session.deleteMany({ where: { userId: user.id } })
    const { resource } = resourceOf(user)
    await endRequestsOf(tx, provider(config), resource)
    return {
      action: 'updateUser',
      resource,
      before: { role: user.role },
      after: { role },
      result: undefined,
    }
  })
}

/** The provider as the actor of these changes. */
function provider({ issuer, name }: SingleSignOn): Caller {
  return { name: `oidc:${issuer}`, displayName: name, email: '', role: 'admin', method: 'single_sign_on' }
}
