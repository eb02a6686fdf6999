/** Which runs are listed, as it stands in the address bar. */
import type { RenewalRunFilter, RunKind } from '#lib/gql/graphql.ts'
import { parseSearch } from '#lib/list/search.ts'

/** The schedule walks the federation every few minutes, which would hide the renewals: other kinds are shown when asked for. */
export const DEFAULT_KIND = 'subordinates'

export const runKinds: Readonly<Record<string, { label: string; kind: RunKind | null }>> = {
  [DEFAULT_KIND]: { label: 'Subordinates', kind: 'SUBORDINATES' },
  'trust-marks': { label: 'Trust Marks', kind: 'TRUST_MARKS' },
  reissues: { label: 'Re-issues', kind: 'REISSUE_TRUST_MARKS' },
  imports: { label: 'Imports', kind: 'IMPORT' },
  walks: { label: 'Walks', kind: 'COLLECTION' },
  rebuilds: { label: 'Rebuilds', kind: 'REBUILD' },
  all: { label: 'Every run', kind: null },
}

/** In the words in which the list says what came of a run. */
export const runOutcomes: Readonly<Record<string, { label: string; filter: RenewalRunFilter }>> = {
  'under-way': { label: 'Under way', filter: { states: ['QUEUED', 'RUNNING'] } },
  well: { label: 'Ended well', filter: { states: ['SUCCEEDED'], hasFailures: false } },
  failures: { label: 'With failures', filter: { hasFailures: true } },
  broken: { label: 'Broke off', filter: { states: ['FAILED'] } },
  cancelled: { label: 'Cancelled', filter: { states: ['CANCELLED'] } },
}

export interface RunListSearch {
  kind: string
  state: string
}

/** Addresses are typed by people and kept for years: what there is no word for is left out. */
export function parseRunListSearch(parameters: URLSearchParams): RunListSearch {
  const { kind, state } = parseSearch(parameters, ['kind', 'state'])
  return {
    kind: Object.hasOwn(runKinds, kind) ? kind : DEFAULT_KIND,
    state: Object.hasOwn(runOutcomes, state) ? state : '',
  }
}

export function runFilterOf({ kind, state }: RunListSearch): RenewalRunFilter {
  return { kind: runKinds[kind]?.kind ?? null, ...runOutcomes[state]?.filter }
}
