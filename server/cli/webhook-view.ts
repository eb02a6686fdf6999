/** A webhook and its deliveries as commands print them. */
import type { Delivery, Webhook } from '#prisma/generated/client/client.ts'
import { lineOf } from '#server/cli/output.ts'
import { wordOf } from '#server/cli/word.ts'
import { problemOf, stateOf } from '#server/webhook/state.ts'

/** Without its secrets, and what is only for deliveries. */
export function describeWebhook(webhook: Webhook) {
  const { id, url, description, events, anchors, active, version } = webhook
  const { failingSince, lastDeliveredAt, secretChangedAt, previousSecretUntil, createdAt } = webhook
  return {
    ...{ id, url, description, events, anchors, active },
    state: stateOf(webhook),
    problem: problemOf(webhook),
    nextAttemptAt: webhook.nextAt,
    ...{ failingSince, lastDeliveredAt, secretChangedAt, previousSecretUntil, createdAt, version },
  }
}

type Described = ReturnType<typeof describeWebhook>

export function webhookLine({ id, state, url, events, anchors, problem }: Described): string {
  const of = (names: readonly string[], all: string) => names.join(', ') || all
  return [
    lineOf(id, wordOf(state), url, of(events, 'all events'), of(anchors, 'all anchors')),
    ...(problem ? [`  ${problem}`] : []),
  ].join('\n')
}

export function deliveryLine({ createdAt, state, event, attempts, statusCode, lastError }: Delivery): string {
  return lineOf(
    createdAt,
    wordOf(state),
    event,
    attempts === 1 ? '1 attempt' : `${attempts} attempts`,
    statusCode === null ? null : `status ${statusCode}`,
    ...(lastError ? [lastError] : []),
  )
}
