/** Runs, which are work on many things at once, and the schedules that start them. */
import { testsIn } from '#test/requirements/requirement.ts'
import { type MutationCases, unknownId } from './mutation.ts'

const run = testsIn('server/run/renewal-run')
const schedule = testsIn('server/run/schedule')
const imported = testsIn('server/subordinate/import')

const started = (mutation: string) =>
  testsIn('server/run/run-start')('starts no %s beside another one, and records who started one', mutation)
const cancelled = run('starts no second run of a kind while one is under way, and ends one that is cancelled')

export const runs: readonly MutationCases[] = [
  {
    mutation: 'startRenewal',
    success: run('renews every subordinate, one of which fails, and is seen to its end'),
    failures: { ConflictError: started('startRenewal') },
    audit: started('startRenewal'),
  },
  {
    mutation: 'startCollectionWalk',
    success: run('walks the federation into the collection, and rebuilds what is published'),
    failures: { ConflictError: started('startCollectionWalk') },
    audit: started('startCollectionWalk'),
  },
  {
    mutation: 'startRebuild',
    success: run('walks the federation into the collection, and rebuilds what is published'),
    failures: { ConflictError: started('startRebuild') },
    audit: started('startRebuild'),
  },
  {
    mutation: 'importSubordinates',
    success: imported('registers those that pass, and says of each of the others why it did not'),
    failures: {
      InvalidInputError: imported('refuses %s, and starts nothing', 'an empty list'),
      ConflictError: started('importSubordinates'),
    },
    audit: started('importSubordinates'),
  },
  {
    mutation: 'updateSchedule',
    success: schedule('gives one another time and switches it, which the audit log has'),
    failures: {
      InvalidInputError: schedule('refuses the cron line "%s"', 'every hour'),
      NotFoundError: schedule('knows no other schedule, and is not for operators'),
    },
    audit: schedule('gives one another time and switches it, which the audit log has'),
  },
  {
    mutation: 'cancelRun',
    success: cancelled,
    failures: { ConflictError: cancelled, NotFoundError: unknownId('cancelRun') },
    audit: cancelled,
  },
]
