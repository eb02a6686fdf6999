/** The caller of an operation, as the audit log names it. */

import type { PasswordChange } from '#server/identity/password-change.ts'
import { lesserRole, mayDo, type Role, type Scope } from '#server/identity/roles.ts'
import type { SignInMethod } from '#server/identity/sign-in-method.ts'
import { type FactorStep, isTooWeak } from '#server/identity/strength.ts'

export type CallerMethod = 'session' | 'api_key' | 'cli' | 'job' | 'single_sign_on'

/** The session of a caller that signed in, rather than sent an API key. */
export type CallerSession = {
  id: string
  userId: string
  signedInAt: Date
  signedInBy: SignInMethod
}

/** What a caller may do in single anchors, where that differs from its role in the installation. */
export type Grants = {
  /** The role of the user in the installation. */
  installation: Role | null
  /** The roles that a user has in single anchors, by slug. */
  anchors: ReadonlyMap<string, Role>
  /** The anchor of an API key that is for one only. */
  only: string | null
  /** The highest role of an API key. */
  limit: Role | null
}

export type Caller = {
  /** Username, or `job:<name>`, `cli:<system user>` or `oidc:<issuer>`. */
  name: string
  displayName: string
  email: string
  /** In the installation, or in the anchor that the request is about; null: none. */
  role: Role | null
  grants?: Grants
  /** The organizations for which the user acts, by their numbers. */
  organizations?: ReadonlyMap<number, { mayInvite: boolean }>
  method: CallerMethod
  /** The API key that acts. `label`: its name and first characters, for the audit log. */
  apiKey?: { id: string; label: string }
  /** Who made the API key, and so knows it; absent: an earlier version made it. */
  keyCreatedBy?: string
  session?: CallerSession
  /** A factor must be set up or used before anything else; absent: nothing is in the way, as for API keys. */
  factorStep?: FactorStep
  /** Absent for API keys, which it does not affect. */
  passwordChange?: PasswordChange
  address?: string
  requestId?: string
  /** Why the caller makes the change; kept in its audit entries. */
  reason?: string
  /** A job that decides in the place of a person, by a rule. */
  isRule?: true
  /** The application of configuration files, which changes what they describe. */
  appliesFiles?: true
  /** What was approved or shown for its changes. The protection alone makes and reads it (services/protection/approval.ts). */
  permit?: object
}

/**
 * Jobs follow what people have decided, apart from those that decide by a rule. Roles from a single sign-on provider are
 * decided there.
 */
export const actsForPerson = ({ method, isRule }: Caller): boolean =>
  (method !== 'job' && method !== 'single_sign_on') || isRule === true

/** Whether the caller has a role in the installation or in any anchor. */
export function hasRole({ role, grants }: Caller): boolean {
  return role !== null || (grants !== undefined && (grants.installation !== null || grants.anchors.size > 0))
}

/** Whether the caller has the right in the installation or in any anchor. */
export function mayAnywhere({ role, grants, factorStep }: Caller, scope: Scope): boolean {
  const roles = [role, grants?.installation ?? null, ...(grants?.anchors.values() ?? [])]
  return !factorStep && roles.some((each) => each !== null && mayDo(each, scope))
}

/** Whether the caller acts for an organization. */
export function isMember({ organizations, session }: Caller): boolean {
  return session !== undefined && organizations !== undefined && organizations.size > 0
}

/** Whether the caller has a session that may read and change its own account. */
export function ownsAccount({ session, factorStep }: Caller): boolean {
  return session !== undefined && !isTooWeak(factorStep)
}

export function callerMay({ role, factorStep }: Caller, scope: Scope): boolean {
  return !factorStep && role !== null && mayDo(role, scope)
}

/**
 * The caller with the role that it has in an anchor. A role in the installation holds in the first anchor, and an
 * administrator's in every one.
 */
export function callerIn(caller: Caller, { slug, isFirst }: { slug: string; isFirst: boolean }): Caller {
  const { installation, anchors, only, limit } = caller.grants ?? { ...noGrants, installation: caller.role }
  const general = isFirst || installation === 'admin' ? installation : null
  const granted = installation === 'admin' ? installation : (anchors.get(slug) ?? general)
  const own = only === null || only === slug ? granted : null
  return { ...caller, role: own && limit ? lesserRole(own, limit) : own }
}

/** The caller with its role in the installation. A key for one anchor has none. */
export function inInstallation(caller: Caller): Caller {
  const { installation, only, limit } = caller.grants ?? { ...noGrants, installation: caller.role }
  const role = only === null ? installation : null
  return { ...caller, role: role && limit ? lesserRole(role, limit) : role }
}

const noGrants: Omit<Grants, 'installation'> = { anchors: new Map(), only: null, limit: null }

export function jobCaller(job: string): Caller {
  return { name: `job:${job}`, displayName: job, email: '', role: 'admin', method: 'job' }
}

/** Decides what a person asks for, such as the approval of a request. */
export const ruleCaller = (job: string): Caller => ({ ...jobCaller(job), isRule: true })

export function cliCaller(user: string): Caller {
  return { name: `cli:${user}`, displayName: user, email: '', role: 'admin', method: 'cli' }
}

/** The caller that started a run, on whose behalf a worker continues. */
export function runCaller(run: {
  startedBy: string
  startedMethod: string
  requestId: string | null
}): Caller {
  const method = run.startedMethod as CallerMethod // written from a caller
  return {
    name: run.startedBy,
    displayName: run.startedBy,
    email: '',
    role: 'operator',
    method,
    ...(run.requestId === null ? {} : { requestId: run.requestId }),
  }
}
