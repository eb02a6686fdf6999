/** The first steps of an organization in a federation, until it has an entity there. */
import type { RequestRowFragment } from '#lib/gql/graphql.ts'
import type { StepState } from '#lib/step.ts'
import type { Tone } from '#lib/tone.ts'
import { memberRequestStates } from './request-state.ts'

type Request = Pick<RequestRowFragment, 'id' | 'kind' | 'state' | 'entityId'>
interface Step {
  state: StepState
  /** Instead of the word of the state. */
  words?: { tone: Tone; label: string }
}

export interface FirstSteps {
  /** For a registration: the open one, or the last one if it was refused. */
  request: Request | undefined
  publish: Step
  ask: Step
  marks: Step
}

const marks: Step = { state: 'later', words: { tone: 'quiet', label: 'After the registration' } }

/** A request was sent only if its entity had published a configuration that names the Trust Anchor. */
export function firstStepsOf(open: readonly Request[], lastDecided: Request | undefined): FirstSteps {
  const request = [...open, ...(lastDecided?.state === 'REFUSED' ? [lastDecided] : [])].find(
    ({ kind }) => kind === 'REGISTER',
  )
  if (!request) {
    const ask: Step = { state: 'later', words: { tone: 'quiet', label: 'Next' } }
    return { request, publish: { state: 'due' }, ask, marks }
  }
  const state = request.state === 'WAITING_FOR_OPERATOR' ? 'waiting' : 'due'
  return {
    request,
    publish: { state: 'done' },
    ask: { state, words: memberRequestStates[request.state] },
    marks,
  }
}
