import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const TrustAnchorPage = graphql(`
  query TrustAnchorPage {
    trustAnchor {
      entityId displayName environment color organizationName authorityHints
      superiors { entityId lastError policyConflict }
      trustAnchorHints trustMarkIssuers trustMarkOwners
      ownTrustMarks { trustMarkType issuer expiresAt lastError }
      pinnedAnchors { entityId followedAt lastError endingKeys { kid endsAt } }
      constraints
      entityConfigurationHours statementHours maximumStatementHours maximumTrustMarkHours outageBudget
      checkMinutes
      signingKey { kid alg }
      describedIn { ...DescriptionFields }
    }
  }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.trustAnchor, topic.trustMarks)
  const { trustAnchor } = await read(fetch, TrustAnchorPage, {})
  return { title: 'Settings', trustAnchor }
}
