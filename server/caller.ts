/** Who makes a change, as the audit log names them. */
import type { Role } from '#server/roles.ts'

export type CallerMethod = 'session' | 'api_key' | 'cli' | 'job'

export type Caller = {
  /** Username, or `job:<name>` or `cli:<system user>`. */
  name: string
  displayName: string
  email: string
  role: Role
  method: CallerMethod
  address?: string
  requestId?: string
}

export function jobCaller(job: string): Caller {
  return { name: `job:${job}`, displayName: job, email: '', role: 'admin', method: 'job' }
}

export function cliCaller(user: string): Caller {
  return { name: `cli:${user}`, displayName: user, email: '', role: 'admin', method: 'cli' }
}
