/** Who makes a change, as the audit log names them. */

import { mayDo, type Role, type Scope } from '#server/identity/roles.ts'
import type { SignInMethod } from '#server/identity/sign-in-method.ts'

export type CallerMethod = 'session' | 'api_key' | 'cli' | 'job' | 'single_sign_on'

/** What is known of somebody who signed in, rather than sent an API key. */
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
  /** True when the role wants a second factor and a password was all: until one is set up, nothing else is allowed. */
  lacksSecondFactor?: boolean
  address?: string
  requestId?: string
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

/** Whoever started a run, in whose name a worker goes on. */
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
