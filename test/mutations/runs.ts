/** Runs: work on many things at once. */
import { testsIn } from '#test/requirements/requirement.ts'
import { type MutationCases, unknownId } from './mutation.ts'

const run = testsIn('server/renewal-run')

const oneAtATime = run(
  'starts no second run of a kind while one is under way, and ends one that is cancelled',
)

export const runs: readonly MutationCases[] = [
  {
    mutation: 'startRenewal',
    success: run('renews every subordinate, one of which fails, and is seen to its end'),
    failures: { ConflictError: oneAtATime },
    audit: null,
  },
  {
    mutation: 'startCollectionWalk',
    success: run('walks the federation into the collection'),
    failures: { ConflictError: oneAtATime },
    audit: null,
  },
  {
    mutation: 'cancelRun',
    success: oneAtATime,
    failures: { ConflictError: oneAtATime, NotFoundError: unknownId('cancelRun') },
    audit: null,
  },
]
