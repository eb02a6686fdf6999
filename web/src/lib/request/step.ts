/** Describes the steps of a request. */
import type { RequestStepAction } from '#lib/gql/graphql.ts'

/** After the name of who took the step. */
export const stepWords: Readonly<Record<RequestStepAction, string>> = {
  SUBMITTED: 'submitted the request',
  COMMENTED: 'commented',
  RETURNED: 'asked the organization',
  APPROVED: 'approved the request',
  REFUSED: 'refused the request',
  WITHDRAWN: 'withdrew the request',
}

/** Members do not learn who the operators are. */
export const actorInWords = ({ actor }: { actor: string | null }) => actor ?? 'An operator'
