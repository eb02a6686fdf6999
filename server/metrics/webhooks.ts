/** Counts deliveries to webhooks, and webhooks by their state. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Database } from '#server/database/client.ts'
import { lately } from '#server/metrics/gauges.ts'
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
  const look = lately(async () => {
    const webhooks = await db.webhook.findMany()
    return Promise.all(
      webhooks.map(async (each) => ({
        id: each.id,
        state: stateOf(each),
        waiting: await countWaiting(db, each),
      })),
    )
  })
  new Gauge({
    name: 'inmor_webhooks',
    help: 'Webhooks, by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset()
      const found = await look().catch(() => null) // inmor_database_up shows the reason
      if (!found) return
      for (const state of webhookStates)
        this.set({ state: state.toLowerCase() }, found.filter((each) => each.state === state).length)
    },
  })
  new Gauge({
    name: 'inmor_webhook_events_waiting',
    help: 'Events that wait for a webhook, counted up to 1001.',
    labelNames: ['webhook'],
    registers: [registry],
    async collect() {
      this.reset()
      for (const { id, waiting } of await look().catch(() => [])) this.set({ webhook: String(id) }, waiting)
    },
  })
}
