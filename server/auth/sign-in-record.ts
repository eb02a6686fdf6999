/** Records sign-ins and ceremonies with devices in the audit log, failed and throttled ones included. */
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { callerOf, type Doors } from '#server/auth/caller-of.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type SignInMethod, signInMethodOf } from '#server/identity/sign-in-method.ts'
import { recordChange } from '#server/services/write.ts'

export type SignInOutcome = 'succeeded' | 'failed' | 'throttled' | 'second_factor_awaited'
export type SignInObserver = (method: SignInMethod, outcome: SignInOutcome) => void

/** The doors, with an observer for metrics. */
export type Entrance = Doors & { onSignIn: SignInObserver }

/** The action of an endpoint. `verifySecondFactor` completes a sign-in or an enrolment. */
export type RecordedAction =
  | 'signIn'
  | 'signOut'
  | 'verifySecondFactor'
  | 'enrolTwoFactor'
  | 'generateRecoveryCodes'
  | 'registerPasskey'

/** The caller before the library answered. After a sign-out or a used challenge the caller is unknown. */
export type Asker = { caller: Caller | null; claimedName: string }

const secondFactors: Readonly<Record<string, string>> = {
  '/api/auth/two-factor/verify-totp': 'totp',
  '/api/auth/two-factor/verify-backup-code': 'recovery_code',
}

/** One entry a minute for each throttled address, so that an attack does not fill the log. */
const recentlyThrottled = new LRUCache<string, true>({ max: 10_000, ttl: 60_000 })

export async function identifyRequester(doors: Doors, request: FastifyRequest): Promise<Asker> {
  const { headers, ip: address, id: requestId } = request
  const caller = headers.cookie
    ? await callerOf(doors, { headers: { cookie: headers.cookie }, address, requestId })
    : null
  const claimedName = await claimedNameOf(doors.db, request)
  return { caller, claimedName: claimedName ?? caller?.name ?? 'unknown' }
}

/** Called before the response is sent: a sign-in that cannot be recorded fails. */
export async function recordAnswer(
  { db, now, onSignIn }: Entrance,
  request: FastifyRequest,
  { caller, claimedName }: Asker,
  action: RecordedAction,
  answer: Response,
): Promise<void> {
  const session = await newSession(db, answer)
  const isSignIn = action === 'signIn' || (action === 'verifySecondFactor' && !caller?.session)
  const isDone = isSignIn ? session !== null : answer.ok
  if (isSignIn) onSignIn(methodOf(request), outcomeOf(isDone, answer))
  if (!isSignIn && !caller) return // no account is affected
  if (!isDone && answer.ok) return // the second factor is pending
  if (answer.status === 429 && isRepeated(request)) return
  const name = (isSignIn && session?.user.username) || claimedName
  const { ip: address, id: requestId } = request
  const actor = (isSignIn && isDone ? name : caller?.name) ?? 'anonymous'
  const who: Caller = { ...withoutRights, name: actor, address, requestId }
  const outcome = isDone
    ? { after: isSignIn ? waysOf(request) : await detailsOf(action, answer) }
    : ({ outcome: 'FAILED', reason: await reasonOf(answer) } as const)
  await recordChange(db, who, async (tx) => {
    if (isSignIn && session)
      await tx.user.update({ where: { id: session.userId }, data: { lastSignInAt: now() } })
    return {
      action: isSignIn ? 'signIn' : action === 'verifySecondFactor' ? 'enableTwoFactor' : action,
      resource: name,
      ...outcome,
      result: undefined,
    }
  })
}

const withoutRights = { displayName: '', email: '', role: 'viewer', method: 'session' } as const

function waysOf(request: FastifyRequest): Record<string, string> {
  const factor = secondFactors[request.routeOptions.url ?? '']
  return { signedInBy: methodOf(request), ...(factor ? { secondFactor: factor } : {}) }
}

/** The public key of a passkey, with which the approvals that it signs can be verified. */
async function detailsOf(action: RecordedAction, answer: Response): Promise<Record<string, string>> {
  if (action !== 'registerPasskey') return {}
  const { credentialID, publicKey } = registeredPasskey.parse(await answer.clone().json())
  return { credentialId: credentialID, publicKey }
}

/** As the library answers. */
const registeredPasskey = z.object({ credentialID: z.string(), publicKey: z.string() })

function methodOf({ routeOptions: { url = '' } }: FastifyRequest): SignInMethod {
  return signInMethodOf(url.replace('/api/auth', '').replace(/^\/callback\/.*/, '/callback/:id'))
}

function outcomeOf(isDone: boolean, { status, ok }: Response): SignInOutcome {
  if (isDone) return 'succeeded'
  if (status === 429) return 'throttled'
  return ok ? 'second_factor_awaited' : 'failed'
}

function isRepeated({ ip, routeOptions: { url } }: FastifyRequest): boolean {
  const key = `${ip} ${url}`
  if (recentlyThrottled.has(key)) return true
  recentlyThrottled.set(key, true)
  return false
}

/** Only existing names are recorded, because users type passwords into the wrong field. */
async function claimedNameOf(db: Database, request: FastifyRequest): Promise<string | null> {
  const { body } = request
  const typed = typeof body === 'object' && body !== null && 'username' in body ? body.username : null
  if (typeof typed !== 'string') return (await pendingUser(db, request))?.username ?? null
  const user = await db.user.findUnique({ where: { username: typed.toLowerCase().slice(0, 64) } })
  return user?.username ?? 'unknown'
}

/** The user whose second factor is pending, found by the browser's challenge. */
async function pendingUser(db: Database, { headers }: FastifyRequest) {
  const identifier = /(?:^|; )(?:__Secure-)?inmor\.two_factor=([^;.]+)/.exec(headers.cookie ?? '')?.[1]
  if (!identifier) return null
  const challenge = await db.verification.findFirst({ where: { identifier: decodeURIComponent(identifier) } })
  return challenge && db.user.findUnique({ where: { id: challenge.value } })
}

/** The session whose cookie the response sets. */
function newSession(db: Database, answer: Response) {
  const cookies = answer.headers.getSetCookie().join('\n')
  const token = /^(?:__Secure-)?inmor\.session_token=([^;.]+)\./m.exec(cookies)?.[1]
  if (!token) return null
  return db.session.findUnique({ where: { token: decodeURIComponent(token) }, include: { user: true } })
}

async function reasonOf(answer: Response): Promise<string> {
  const location = answer.headers.get('location')
  if (location)
    return new URL(location, 'http://localhost').searchParams.get('error') ?? 'no session was created'
  if (answer.status === 429) return 'TOO_MANY_REQUESTS'
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null) // some answers have no body
  return typeof body === 'object' && body !== null && 'code' in body
    ? String(body.code)
    : `HTTP ${answer.status}`
}
