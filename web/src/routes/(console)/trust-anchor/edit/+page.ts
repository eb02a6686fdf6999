import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const TrustAnchorEdit = graphql(`
  query TrustAnchorEdit {
    trustAnchor {
      version displayName environment color organizationName organization authorityHints trustAnchorHints
      trustMarks trustMarkIssuers trustMarkOwners constraints trustAnchors endpoints endpointAuthMethods
      entityConfigurationHours statementHours maximumStatementHours maximumTrustMarkHours checkMinutes
      runRetentionDays auditRetentionDays
    }
  }
`)

export const load = (async ({ fetch, depends, parent }) => {
  depends(topic.trustAnchor)
  const { viewer } = await parent()
  if (!viewer.mayAdminister) error(403, { message: 'Your role cannot change the Trust Anchor.' })
  const { trustAnchor } = await read(fetch, TrustAnchorEdit, {})
  return { title: 'Edit the settings', trustAnchor }
}) satisfies PageLoad
