import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const KeysPage = graphql(`
  query KeysPage {
    signingKeys {
      readOnlyReason warnings stores preferredStore keys { ...SigningKeyFields } rollover { ...KeyRolloverFields }
    }
    historicalKeys { ...HistoricalKeyFields }
    reissues: runs(filter: { kind: REISSUE_TRUST_MARKS }, first: 1) { edges { node { id ...RunFields } } }
  }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.signingKeys, topic.trustAnchor, topic.runs)
  const { signingKeys, historicalKeys, reissues } = await read(fetch, KeysPage, {})
  return {
    title: 'Keys',
    keys: signingKeys.keys,
    stores: { available: signingKeys.stores, preferred: signingKeys.preferredStore },
    rollover: signingKeys.rollover,
    readOnlyReason: signingKeys.readOnlyReason ?? null,
    warnings: signingKeys.warnings,
    historical: historicalKeys,
    reissue: reissues.edges[0]?.node,
  }
}
