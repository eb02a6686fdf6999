/**
 * Runs rules as generators, which yield each finding and return the valid rest. Validation stops at the first finding;
 * the explanation of a policy collects them all.
 */
import { FederationError } from '../errors.ts'
import { formatPath, type Path } from '../path.ts'

export type Findings<T> = Generator<FederationError, T, void>

/** `path` is Entity Type and parameter. `message` continues the sentence after the operator, without a full stop. */
export function createFinding(path: Path, message: string, operator?: string): FederationError {
  const subject = [formatPath(path), operator].filter(Boolean).join(': ')
  const detail = { path, ...(operator === undefined ? {} : { operator, check: operator }) }
  return new FederationError('invalid_metadata', `${subject} ${message}.`, detail)
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
