/** All rows. A viewer who may not is tested for every mutation at once, in test/server/request/schema.test.ts. */
import { access } from './access.ts'
import type { MutationCases } from './mutation.ts'
import { runs } from './runs.ts'
import { signingKeys } from './signing-keys.ts'
import { subordinates } from './subordinates.ts'
import { trustAnchor } from './trust-anchor.ts'
import { trustMarks } from './trust-marks.ts'

export const mutationCases: readonly MutationCases[] = [
  ...subordinates,
  ...trustMarks,
  ...trustAnchor,
  ...runs,
  ...access,
  ...signingKeys,
]
