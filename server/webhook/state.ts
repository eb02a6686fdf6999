/** Says how a webhook is, and what became of a delivery, from their rows. */
import type { Delivery, Webhook } from '#prisma/generated/client/client.ts'
import { publishedActions } from '#server/services/audit/published.ts'

export const webhookStates = ['ACTIVE', 'FAILING', 'PAUSED'] as const
type WebhookState = (typeof webhookStates)[number]

export function stateOf({ active, failingSince }: Pick<Webhook, 'active' | 'failingSince'>): WebhookState {
  if (!active) return 'PAUSED'
  return failingSince ? 'FAILING' : 'ACTIVE'
}

/** What an administrator should know, as sentences; null: nothing. */
export function problemOf({ problem, gap }: Pick<Webhook, 'problem' | 'gap'>): string | null {
  return [problem, gap].filter((sentence) => sentence !== null).join(' ') || null
}

const deliveryStates = ['WAITING', 'DELIVERED', 'FAILED'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export const deliveryStateOf = ({ state }: Pick<Delivery, 'state'>): DeliveryState =>
  deliveryStates.find((each) => each === state) ?? 'FAILED'

/** The published actions that a webhook receives; empty: all. */
export const eventsOf = ({ events }: Pick<Webhook, 'events'>) =>
  publishedActions.filter((action) => events.includes(action))

/** Names webhooks in the audit log, whose readers may not see paths: those of some receivers are secret. */
export const resourceOf = ({ id, url }: Pick<Webhook, 'id' | 'url'>) => `${new URL(url).origin} (${id})`
