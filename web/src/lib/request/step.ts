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

/** Approves what passed every check, where the operators let their checks approve. */
const RULE = 'job:approve-by-rule'

export const isByRule = ({ actor }: { actor: string | null }) => actor === RULE

/** Members do not learn who the operators are. */
export const actorInWords = (step: { actor: string | null }) =>
  isByRule(step) ? 'The checks of this federation' : (step.actor ?? 'An operator')
