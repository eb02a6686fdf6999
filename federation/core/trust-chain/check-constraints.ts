/** Enforces the constraints of each Subordinate Statement in a chain (§6.2). */
import { type Constraints, isPermittedHost } from '../constraints.ts'
import type { EntityStatement } from '../entity-statement/index.ts'
import { FederationError } from '../errors.ts'

/**
 * `chain` starts with the subject's Entity Configuration. `allowed_entity_types` is not checked, because it only
 * filters metadata (§6.2.3).
 * @throws FederationError `invalid_trust_chain`
 */
export function checkConstraints(
  chain: readonly EntityStatement[] | { readonly statements: readonly EntityStatement[] },
): void {
  const statements = 'statements' in chain ? chain.statements : chain
  for (const [position, { claims }] of statements.entries()) {
    if (!claims.constraints) continue
    checkPathLength(claims.constraints, position, statements)
    checkNames(claims.constraints, position, statements)
  }
}

/** There are `position - 1` Intermediates between the issuer of the statement and the subject (§6.2.1). */
function checkPathLength(
  { max_path_length }: Constraints,
  position: number,
  statements: readonly EntityStatement[],
): void {
  const intermediates = position - 1
  if (max_path_length === undefined || intermediates <= max_path_length) return
  const issuer = statements[position]?.claims.iss
  throw refuse(
    'max_path_length',
    position,
    `${issuer} allows at most ${max_path_length} Intermediates below it, but there are ${intermediates}.`,
  )
}

/** The subject of the statement and all entities below it must be in the name space (§6.2.2). */
function checkNames(
  { naming_constraints }: Constraints,
  position: number,
  statements: readonly EntityStatement[],
): void {
  if (!naming_constraints) return
  const issuer = statements[position]?.claims.iss
  for (const { claims } of statements.slice(0, position + 1)) {
    if (isPermittedHost(new URL(claims.sub).hostname, naming_constraints)) continue
    throw refuse('naming_constraints', position, `${claims.sub} is outside the names that ${issuer} permits.`)
  }
}

function refuse(check: string, statement: number, message: string): FederationError {
  return new FederationError('invalid_trust_chain', message, {
    check,
    statement,
    path: ['constraints', check],
  })
}
