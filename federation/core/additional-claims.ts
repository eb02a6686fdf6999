/** Reads claims that an operator adds to those that we set ourselves in a statement or a Trust Mark (§3.1, §7.1). */
import { parseObject } from './claim.ts'
import { FederationError } from './errors.ts'
import { formatPath, type Path } from './path.ts'

export type AdditionalClaims = Readonly<Record<string, unknown>>

/**
 * Accepts claims of any name but the protected ones.
 * @throws FederationError `invalid_request`
 */
export function parseAdditionalClaims(
  value: unknown,
  protectedClaims: ReadonlySet<string>,
  path: Path = ['additionalClaims'],
): AdditionalClaims {
  const claims = parseObject(value, path)
  const [first, ...others] = Object.keys(claims).filter((name) => protectedClaims.has(name))
  if (first === undefined) return claims
  const message = `${formatPath(path)} must not set ${[first, ...others].join(', ')}: protected claims.`
  throw new FederationError('invalid_request', message, { path: [...path, first] })
}

/** The claims that an operator may have set. */
export function withoutProtected(
  claims: Readonly<Record<string, unknown>>,
  protectedClaims: ReadonlySet<string>,
): AdditionalClaims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !protectedClaims.has(name)))
}
