/** Counts publications and times how long changes wait for them. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Clock } from '#server/clock.ts'
import type { PublicationObserver } from '#server/publish/observer.ts'

export function observePublication(registry: Registry, now: Clock): PublicationObserver {
  const published = new Counter({
    name: 'inmor_publications_total',
    help: 'Attempts to publish an item, by topic and outcome.',
    labelNames: ['topic', 'outcome'],
    registers: [registry],
  })
  const lag = new Histogram({
    name: 'inmor_publication_lag_seconds',
    help: 'Time from the commit of a change until Redis has it.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
    registers: [registry],
  })
  return {
    published(topic, queued) {
      published.inc({ topic, outcome: 'succeeded' })
      for (const at of queued) lag.observe(Math.max(0, now().getTime() - at.getTime()) / 1000)
    },
    failed: (topic) => published.inc({ topic, outcome: 'failed' }),
  }
}
