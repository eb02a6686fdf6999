/** Says how a webhook is, from its row. */
import type { Webhook } from '#prisma/generated/client/client.ts'

export const webhookStates = ['ACTIVE', 'FAILING', 'PAUSED'] as const
export type WebhookState = (typeof webhookStates)[number]

export function stateOf({ active, failingSince }: Pick<Webhook, 'active' | 'failingSince'>): WebhookState {
  if (!active) return 'PAUSED'
  return failingSince ? 'FAILING' : 'ACTIVE'
}

/** What an administrator should know, as sentences; null: nothing. */
export function problemOf({ problem, gap }: Pick<Webhook, 'problem' | 'gap'>): string | null {
  return [problem, gap].filter((sentence) => sentence !== null).join(' ') || null
}
