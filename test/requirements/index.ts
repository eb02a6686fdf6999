/**
 * Every requirement of OpenID Federation 1.0 and of the drafts that we serve, by chapter: an id, which begins with the
 * section or the name of the draft, and the requirement in our own words.
 */
import { clientAuthentication } from './client-authentication.ts'
import { constraints } from './constraints.ts'
import { drafts } from './drafts.ts'
import { endpoints } from './endpoints.ts'
import { entityStatements } from './entity-statements.ts'
import { entityMetadata } from './metadata.ts'
import { metadataPolicy } from './metadata-policy.ts'
import { security } from './security.ts'
import { statementValidation } from './statement-validation.ts'
import { trustChains } from './trust-chains.ts'
import { trustMarks } from './trust-marks.ts'

export const chapters = {
  'Entity Statements (§1-3.1)': entityStatements,
  'Validation of an Entity Statement (§3.2)': statementValidation,
  'Trust Chains (§4, §10, §11)': trustChains,
  'Metadata (§5)': entityMetadata,
  'Metadata policy (§6.1)': metadataPolicy,
  'Constraints (§6.2)': constraints,
  'Trust Marks (§7)': trustMarks,
  'Endpoints (§8, §9)': endpoints,
  'Client authentication (§8.8)': clientAuthentication,
  'Keys, strings and limits (§11, §15-18)': security,
  'Drafts: collection, extended listing, subordinate events': drafts,
} as const

/** The ids of requirements that concern us. */
export type RequirementId = {
  [Title in keyof typeof chapters]: Ours<(typeof chapters)[Title]>
}[keyof typeof chapters]

type Ours<Chapter> = { [Id in keyof Chapter]: Chapter[Id] extends string ? Id : never }[keyof Chapter]
