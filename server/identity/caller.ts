/** The caller of an operation, as the audit log names it. */

import type { PasswordChange } from '#server/identity/password-change.ts'
import { mayDo, type Role, type Scope } from '#server/identity/roles.ts'
import type { SignInMethod } from '#server/identity/sign-in-method.ts'

export type CallerMethod = 'session' | 'api_key' | 'cli' | 'job' | 'single_sign_on'

/** The session of a caller that signed in, rather than sent an API key. */
export type CallerSession = {
  id: string
  userId: string
  signedInAt: Date
  signedInBy: SignInMethod
}

export type Caller = {
  /** Username, or `job:<name>`, `cli:<system user>` or `oidc:<issuer>`. */
  name: string
  displayName: string
  email: string
  role: Role
  method: CallerMethod
  session?: CallerSession
  /** The role requires a second factor and the session has none: only setting one up is allowed. */
  lacksSecondFactor?: boolean
  /** Absent for API keys, which it does not affect. */
  passwordChange?: PasswordChange
  address?: string
  requestId?: string
  /** Why the caller makes the change; kept in its audit entries. */
  reason?: string
}

export function callerMay({ role, lacksSecondFactor }: Caller, scope: Scope): boolean {
  return !lacksSecondFactor && mayDo(role, scope)
}

export function jobCaller(job: string): Caller {
  return { name: `job:${job}`, displayName: job, email: '', role: 'admin', method: 'job' }
}

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
