/** Builds the current or proposed Trust Chain of a subordinate, to apply the resolver's rules to it. */
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { type StatementSubject, subordinateStatementClaims } from '#server/publish/build.ts'

/** Our statements in it are unsigned, because only their content is examined. `now` in unix seconds. */
export function prospectiveChain(
  entityConfiguration: EntityStatement,
  input: { subordinate: StatementSubject; settings: Settings; anchor: string; now: number },
): EntityStatement[] {
  const { anchor, now } = input
  const unsigned = { jwt: '', header: entityConfiguration.header }
  const own = { iss: anchor, sub: anchor, iat: now, exp: now + 1, jwks: { keys: [] } }
  return [
    entityConfiguration,
    { ...unsigned, claims: subordinateStatementClaims({ ...input, entityId: anchor }) },
    { ...unsigned, claims: own },
  ]
}

/** The same with the configuration that is stored. @throws FederationError if it cannot be read */
export function storedChain(
  subordinate: StatementSubject & { entityConfiguration: string },
  input: { settings: Settings; anchor: string; now: number },
): EntityStatement[] {
  const configuration = parseEntityStatement(subordinate.entityConfiguration, { allowHttp: true })
  return prospectiveChain(configuration, { ...input, subordinate })
}
