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

type Step = { actor: { username: string } | null }

export const isByRule = ({ actor }: Step) => actor?.username === RULE

/** Members do not learn who the operators are. */
export const actorInWords = (step: Step) =>
  isByRule(step) ? 'The checks of this federation' : (step.actor?.username ?? 'An operator')
