/**
 * Rules as generators: each finding is yielded, and what remains usable is returned. Whoever guards the
 * protocol stops at the first finding; whoever explains a policy to a person collects them all.
 */
import { FederationError } from '../errors.ts'
import { formatPath, type Path } from '../path.ts'

export type Findings<T> = Generator<FederationError, T, void>

/** A fault of the operator at `path`, which is Entity Type and parameter. */
export function finding(path: Path, message: string, operator?: string): FederationError {
  const subject = [formatPath(path), operator].filter(Boolean).join(': ')
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
