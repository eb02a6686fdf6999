/** All chapters, in the order of the text. */
import { clientAuthentication } from './client-authentication.ts'
import { constraints } from './constraints.ts'
import { drafts } from './drafts.ts'
import { endpoints } from './endpoints.ts'
import { entityStatements } from './entity-statements.ts'
import { entityMetadata } from './metadata.ts'
import { metadataPolicy } from './metadata-policy.ts'
import type { Chapter } from './requirement.ts'
import { security } from './security.ts'
import { statementValidation } from './statement-validation.ts'
import { trustChains } from './trust-chains.ts'
import { trustMarks } from './trust-marks.ts'

export const chapters: readonly Chapter[] = [
  entityStatements,
  statementValidation,
  trustChains,
  entityMetadata,
  metadataPolicy,
  constraints,
  trustMarks,
  endpoints,
  clientAuthentication,
  security,
  drafts,
]
