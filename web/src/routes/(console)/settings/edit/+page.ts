import { requireRight } from '#lib/auth/require-right.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const TrustAnchorEdit = graphql(`
  query TrustAnchorEdit {
    trustAnchor {
      version displayName environment color organizationName organization authorityHints trustAnchorHints
      trustMarks trustMarkIssuers trustMarkOwners constraints trustAnchors endpoints endpointAuthMethods
      entityConfigurationHours statementHours maximumStatementHours maximumTrustMarkHours outageBudget
      checkMinutes runRetentionDays auditRetentionDays historyRetentionDays
      describedIn { ...DescriptionFields }
    }
  }
`)

export const load = async (event) => {
  const { fetch, depends } = event
  depends(topic.trustAnchor)
  await requireRight(event, 'mayAdminister', 'Your role cannot change the Trust Anchor.')
  const { trustAnchor } = await read(fetch, TrustAnchorEdit, {})
  return { title: 'Edit the settings', trustAnchor }
}
