/** Counts e-mails that were not sent. */
import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { lately } from '#server/metrics/gauges.ts'

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
  new Gauge({
    name: 'inmor_mails',
    help: 'E-mails of the last 30 days that wait or failed, by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset()
      const found = await look().catch(() => null) // inmor_database_up shows the reason
      if (!found) return
      for (const state of states)
        this.set(
          { state: state.toLowerCase() },
          found.counts.find((each) => each.state === state)?._count ?? 0,
        )
    },
  })
  new Gauge({
    name: 'inmor_mail_oldest_seconds',
    help: 'Age of the oldest e-mail that waits, in seconds; 0 if none does.',
    registers: [registry],
    async collect() {
      this.remove() // absent rather than a zero that was not measured
      const found = await look().catch(() => null)
      if (found) this.set(found.since ? (now().getTime() - found.since.getTime()) / 1000 : 0)
    },
  })
}
