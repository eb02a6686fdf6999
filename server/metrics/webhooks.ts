/** Counts deliveries to webhooks, and webhooks by their state. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Database } from '#server/database/client.ts'
import { countWaiting } from '#server/webhook/backlog.ts'
import type { WebhookObserver } from '#server/webhook/observer.ts'
import { stateOf, webhookStates } from '#server/webhook/state.ts'

export function observeDeliveries(registry: Registry): WebhookObserver {
  const attempts = new Counter({
    name: 'inmor_webhook_deliveries_total',
    help: 'Attempts to deliver an event to a webhook, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  return { attempted: (isDelivered) => attempts.inc({ outcome: isDelivered ? 'succeeded' : 'failed' }) }
}

/** Every process reports the same values; none while the database does not answer. */
export function observeWebhooks(registry: Registry, db: Database): void {
  new Gauge({
    name: 'inmor_webhooks',
    help: 'Webhooks, by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset()
      const webhooks = await db.webhook.findMany().catch(() => null)
      for (const state of webhooks ? webhookStates : [])
        this.set(
          { state: state.toLowerCase() },
          webhooks?.filter((each) => stateOf(each) === state).length ?? 0,
        )
    },
  })
  new Gauge({
    name: 'inmor_webhook_events_waiting',
    help: 'Events that wait for a webhook, counted up to 1001 for each.',
    labelNames: ['webhook'],
    registers: [registry],
    async collect() {
      this.reset()
      const webhooks = await db.webhook.findMany().catch(() => [])
      const counts = await Promise.all(
        webhooks.map(async (webhook) => ({ webhook, count: await countWaiting(db, webhook) })),
      ).catch(() => [])
      for (const { webhook, count } of counts) this.set({ webhook: String(webhook.id) }, count)
    },
  })
}
