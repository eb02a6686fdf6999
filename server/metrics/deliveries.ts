/** Counts e-mails that were not sent, deliveries to webhooks, and webhooks by their state. */
import { Counter, type Registry } from 'prom-client'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { lately, sample } from '#server/metrics/gauges.ts'
import { countWaiting } from '#server/webhook/backlog.ts'
import type { WebhookObserver } from '#server/webhook/courier.ts'
import { stateOf, webhookStates } from '#server/webhook/state.ts'

const states = ['WAITING', 'FAILED']

/** Every process reports the same values; none while the database does not answer. */
export function observeMails(registry: Registry, db: Database, now: Clock): void {
  const look = lately(async () => {
    const [counts, oldest] = await Promise.all([
      db.mail.groupBy({ by: ['state'], where: { state: { in: states } }, _count: true }),
      db.mail.aggregate({ where: { state: 'WAITING' }, _min: { createdAt: true } }),
    ])
    return { counts, since: oldest._min.createdAt }
  })
  const mails = { name: 'inmor_mails', help: 'E-mails of the last 30 days that wait or failed, by state.' }
  sample(registry, { ...mails, labelNames: ['state'] }, async () => {
    const { counts } = await look()
    const countOf = (state: string) => counts.find((each) => each.state === state)?._count ?? 0
    return states.map((state) => ({ labels: { state: state.toLowerCase() }, value: countOf(state) }))
  })
  const oldest = {
    name: 'inmor_mail_oldest_seconds',
    help: 'Age of the oldest e-mail that waits, in seconds; 0 if none does.',
  }
  sample(registry, oldest, async () => {
    const { since } = await look()
    return [{ value: since ? (now().getTime() - since.getTime()) / 1000 : 0 }]
  })
}

/** Counts deliveries to webhooks, and webhooks by their state. */
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
  sample(
    registry,
    { name: 'inmor_webhooks', help: 'Webhooks, by state.', labelNames: ['state'] },
    async () => {
      const found = await look()
      return webhookStates.map((state) => ({
        labels: { state: state.toLowerCase() },
        value: found.filter((each) => each.state === state).length,
      }))
    },
  )
  const waiting = {
    name: 'inmor_webhook_events_waiting',
    help: 'Events that wait for a webhook, counted up to 1001.',
    labelNames: ['webhook'],
  }
  sample(registry, waiting, async () =>
    (await look()).map((each) => ({ labels: { webhook: String(each.id) }, value: each.waiting })),
  )
}
