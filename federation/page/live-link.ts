/** Builds the queries of the index page's live links from published data. */
import type { EndpointName } from '#core/endpoint.ts'

/** Example values for live links. Without its value, an endpoint has no link. */
export type Example = {
  entityId: string
  subordinate: string | undefined
  trustMarkType: string | undefined
  hasHistoricalKeys: boolean
  /** Whether the federation was crawled. */
  hasCollection: boolean
}

type Query = Record<string, string>

/** Undefined if there is nothing to show. */
const queries: Partial<Record<EndpointName, (example: Example) => Query | undefined>> = {
  fetch: ({ subordinate: sub }) => (sub === undefined ? undefined : { sub }),
  list: () => ({}),
  resolve: ({ entityId, subordinate: sub }) =>
    sub === undefined ? undefined : { sub, trust_anchor: entityId },
  trust_mark_list: ({ trustMarkType: trust_mark_type }) =>
    trust_mark_type === undefined ? undefined : { trust_mark_type },
  historical_keys: ({ hasHistoricalKeys }) => (hasHistoricalKeys ? {} : undefined),
  collection: ({ hasCollection }) => (hasCollection ? {} : undefined),
  extended_list: () => ({ audit_timestamps: 'true' }),
  self_check: () => ({}),
}

export const buildLiveQuery = (name: EndpointName, example: Example) => queries[name]?.(example)
