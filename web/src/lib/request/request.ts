/** The fragments and the mutations of a request that both sides use. */
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment RequestRow on Request {
    id kind state entityId organizationName submittedAt decidedAt
  }
`)

graphql(`
  fragment RequestFields on Request {
    id kind state entityId organizationName trustMarkType changes declared version
    submittedBy { username } submittedAt decidedAt updatedAt
    checks { ...EntityCheckFields }
    approvalChecks { ...EntityCheckFields }
    steps { ...RequestStepFields }
  }
`)

export const CommentRequest = mutation(`CommentRequest { request { id } }`)
