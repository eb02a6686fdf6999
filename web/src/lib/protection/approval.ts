/** What the console reads of approvals, and their decisions. */
import type { ApprovalDetailsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment ApprovalFields on Approval {
    id anchorSlug operations action resource state overridden requestedBy { username } requestedAt expiresAt decidedBy { username } decidedAt passkeyKnownSince
  }
`)

graphql(`
  fragment ApprovalDetails on Approval {
    ...ApprovalFields
    requestedMethod keyCreatedBy { username } mutation document variables before after effect previousEffect movedAt reason message
    lastError hash obstacle refusalObstacle signingOptions overrideBy { username } overrideAt overrideObstacle
    objection { at by { username } text }
    comments { at by { username } text }
  }
`)

export const Approve = mutation(`Approve { approval { result } }`)
export const CommentApproval = mutation(`CommentApproval { approval { id } }`)
export const Refuse = mutation(`Refuse { approval { id } }`)
export const Override = mutation(`Override { approval { state result } }`)

/** Whether the user asked for the change, or created the API key that did: such a user cannot approve it. */
export const isAskedBy = (
  { requestedBy, keyCreatedBy }: Pick<ApprovalDetailsFragment, 'requestedBy' | 'keyCreatedBy'>,
  { username }: { username: string },
) => requestedBy.username === username || keyCreatedBy?.username === username
