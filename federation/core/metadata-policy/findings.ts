/**
 * Rules as generators: each finding is yielded, and what remains usable is returned. Whoever guards the
 * protocol stops at the first finding; whoever explains a policy to a person collects them all.
 */
import { FederationError } from '../errors.ts'

export type Findings<T> = Generator<FederationError, T, void>

/** Where a finding was made: `path` is Entity Type and parameter, joined by a dot. */
export function finding(path: string, message: string, operator?: string): FederationError {
  const subject = [path, operator].filter(Boolean).join(': ')
  const detail = { path, ...(operator === undefined ? {} : { operator, check: operator }) }
  return new FederationError('invalid_metadata', `${subject} ${message}`, detail)
}

/** @throws the first finding */
export function stopAtFirst<T>(findings: Findings<T>): T {
  const { done, value } = findings.next()
  if (!done) throw value
  return value
}

export function collectInto<T>(collected: FederationError[], findings: Findings<T>): T {
  for (;;) {
    const { done, value } = findings.next()
    if (done) return value
    collected.push(value)
  }
}
