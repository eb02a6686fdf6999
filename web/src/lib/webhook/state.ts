/** Describes the states of webhooks and of their deliveries. */
import { count } from '#lib/format.ts'
import type { DeliveryState, WebhookFieldsFragment, WebhookState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

interface Words {
  tone: Tone
  label: string
  explanation: string
}

const webhookStates: Readonly<Record<WebhookState, Words>> = {
  ACTIVE: { tone: 'success', label: 'Active', explanation: 'It receives its events.' },
  FAILING: {
    tone: 'error',
    label: 'Failing',
    explanation: 'Its last delivery failed. It is tried again, and later events wait.',
  },
  PAUSED: { tone: 'quiet', label: 'Paused', explanation: 'Nothing is sent to it. Its events wait.' },
}

/** One that was paused after failures needs attention; one that an administrator paused does not. */
export function webhookState({ state, problem }: Pick<WebhookFieldsFragment, 'state' | 'problem'>): Words {
  const words = webhookStates[state]
  return problem && words.tone !== 'error' ? { ...words, tone: 'warning' } : words
}

export const deliveryStates: Readonly<Record<DeliveryState, Words>> = {
  DELIVERED: { tone: 'success', label: 'Delivered', explanation: 'The receiver took it.' },
  WAITING: { tone: 'warning', label: 'Waiting', explanation: 'It failed, and is tried again.' },
  FAILED: { tone: 'error', label: 'Failed', explanation: 'It is not tried again.' },
}

/** The server counts up to a limit. */
export const waitingInWords = ({ count: counted, more }: WebhookFieldsFragment['waiting']) =>
  `${more ? 'more than ' : ''}${count(counted)}`
