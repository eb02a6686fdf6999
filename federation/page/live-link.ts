/** Makes the queries of the index page's live links, from what the Trust Anchor holds. */
import type { EndpointName } from '#core/endpoint.ts'

/** What a live link may be made with; a part that is missing leaves the endpoint without one. */
export type Example = {
  entityId: string
  subordinate: string | undefined
  trustMarkType: string | undefined
  hasHistoricalKeys: boolean
  /** Whether the federation was crawled. */
  hasCollection: boolean
}

type Query = Record<string, string>

/** Undefined where the Trust Anchor holds nothing to show. */
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
}

export const liveQuery = (name: EndpointName, example: Example) => queries[name]?.(example)
