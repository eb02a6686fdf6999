/** Parses the claims that an operator adds to a statement or a Trust Mark (§3.1, §7.1). */
import { parseObject } from './claim.ts'
import { FederationError } from './errors.ts'
import { formatPath, type Path } from './path.ts'

export type AdditionalClaims = Readonly<Record<string, unknown>>

/**
 * Accepts claims with any name that is not protected.
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
  const message = `${formatPath(path)} must not set protected claims: ${[first, ...others].join(', ')}.`
  throw new FederationError('invalid_request', message, { path: [...path, first] })
}

/** Keeps the claims that an operator may set. */
export function removeProtected(
  claims: Readonly<Record<string, unknown>>,
  protectedClaims: ReadonlySet<string>,
): AdditionalClaims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !protectedClaims.has(name)))
}
