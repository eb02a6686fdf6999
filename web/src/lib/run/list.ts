/** Describes the list of runs: its parts and its filters. */
import type { RunFilter, RunKind } from '#lib/gql/graphql.ts'
import { choice, parts } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'

/** Crawls run every few minutes and would hide the other runs. */
const notCrawls: RunKind[] = [
  'SUBORDINATES',
  'TRUST_MARKS',
  'REISSUE_TRUST_MARKS',
  'CONFIGURATION',
  'REBUILD',
  'EVALUATION',
]

export const runList: List<RunFilter, 'kind' | 'state'> = {
  things: ['run', 'runs'],
  filters: {
    kind: parts('Which runs', 'most', {
      most: { label: 'All but crawls', condition: { kinds: notCrawls } },
      subordinates: { label: 'Subordinates', condition: { kind: 'SUBORDINATES' } },
      'trust-marks': { label: 'Trust Marks', condition: { kind: 'TRUST_MARKS' } },
      reissues: { label: 'Re-issues', condition: { kind: 'REISSUE_TRUST_MARKS' } },
      changes: { label: 'Changes', condition: { planSource: 'SELECTION' } },
      approvals: { label: 'Requests', condition: { planSource: 'REQUESTS' } },
      imports: { label: 'Imports', condition: { planSource: 'LIST' } },
      promotions: { label: 'Promotions', condition: { planSource: 'PROMOTION' } },
      configuration: { label: 'Configuration files', condition: { planSource: 'FILES' } },
      plans: { label: 'All plans', condition: { kind: 'CONFIGURATION' } },
      walks: { label: 'Crawls', condition: { kind: 'COLLECTION' } },
      rebuilds: { label: 'Rebuilds', condition: { kind: 'REBUILD' } },
      evaluations: { label: 'Evaluations', condition: { kind: 'EVALUATION' } },
      all: { label: 'All runs', condition: {} },
    }),
    state: choice('Result', 'All results', {
      'under-way': { label: 'Running', condition: { states: ['QUEUED', 'RUNNING'] } },
      well: { label: 'Succeeded', condition: { states: ['SUCCEEDED'], hasFailures: false } },
      failures: { label: 'With failures', condition: { hasFailures: true } },
      broken: { label: 'Failed', condition: { states: ['FAILED'] } },
      cancelled: { label: 'Cancelled', condition: { states: ['CANCELLED'] } },
    }),
  },
  pageSize: 25,
}
