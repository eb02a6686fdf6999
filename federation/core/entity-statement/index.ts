/** Entity Statements: Entity Configurations and Subordinate Statements (§3). */
export { buildEntityConfiguration, buildSubordinateStatement } from './build.ts'
export {
  type EntityStatementClaims,
  type ParseOptions,
  protectedClaims,
  type TrustMarkEntry,
  withoutTimes,
} from './claims.ts'
export {
  ENTITY_STATEMENT_TYP,
  type EntityStatement,
  isEntityConfiguration,
  parseEntityStatement,
} from './parse.ts'
export { validateEntityStatement, verifyEntityConfiguration, verifySubordinateStatement } from './validate.ts'
