/** Computes gauges at each scrape: of an anchor (cached for some seconds) and of this process. */
import type { Pool } from 'pg'
import { Gauge, type Registry } from 'prom-client'
import {
  type InstallationGauge,
  type InstallationSource,
  readInstallation,
  type Sample,
} from '#server/metrics/installation.ts'

/** Gauges of an anchor: every process reports the same values. */
const KEPT_MS = 15_000

export const gaugesOfAnchor: Readonly<Record<InstallationGauge, { help: string; labelNames?: string[] }>> = {
  inmor_subordinates: { help: 'Registered subordinates, by state.', labelNames: ['state'] },
  inmor_collected_entities: {
    help: 'Entities below Intermediates as the last crawl read them, by state; unknown: it could not read enough.',
    labelNames: ['state'],
  },
  inmor_trust_marks: {
    help: 'Valid Trust Marks, by whether their last renewal failed.',
    labelNames: ['state'],
  },
  inmor_expiring: {
    help: 'Published statements and valid Trust Marks that expire within a number of days.',
    labelNames: ['what', 'within_days'],
  },
  inmor_outbox_entries: { help: 'Changes that are not yet published.' },
  inmor_outbox_oldest_seconds: { help: 'Age of the oldest unpublished change, in seconds.' },
  inmor_publication_rate: { help: 'Changes published per second over the last seconds.' },
  inmor_publication_stalled: {
    help: 'Whether changes wait without progress: 1 or 0. With progress they are only behind.',
  },
  inmor_publication_failing: { help: 'Whether the last attempt to publish failed: 1 or 0.' },
  inmor_drift: {
    help: 'Differences between Redis and the database at the last check, by kind.',
    labelNames: ['kind'],
  },
  inmor_drift_checked_seconds: { help: 'Seconds since the last check of Redis against the database.' },
  inmor_mirror_age_seconds: {
    help: 'Age of the manifest of each announced mirror when it was looked at last, in seconds. Absent: it had none of this anchor.',
    labelNames: ['mirror'],
  },
  inmor_mirror_state: {
    help: '1 for the state in which each announced mirror was found last.',
    labelNames: ['mirror', 'state'],
  },
  inmor_runs: { help: 'Runs that have not ended, by state.', labelNames: ['state'] },
  inmor_schedule_failing: {
    help: 'Whether the last execution of the schedule failed: 1 or 0.',
    labelNames: ['schedule'],
  },
  inmor_schedule_ended_seconds: {
    help: 'Seconds since the last execution of the schedule ended.',
    labelNames: ['schedule'],
  },
  inmor_alerts: {
    help: 'How many things each alert is about, by code and severity. Absent: there is no such alert.',
    labelNames: ['code', 'severity'],
  },
  inmor_workers: { help: 'Processes that execute runs and schedules.' },
}

export function observeInstallation(registry: Registry, source: InstallationSource): void {
  const look = lately(() => readInstallation(source))
  new Gauge({
    name: 'inmor_database_up',
    help: 'Whether the database answers: 1 or 0.',
    registers: [registry],
    collect() {
      return look().then(
        () => this.set(1),
        () => this.set(0),
      )
    },
  })
  for (const [name, description] of Object.entries(gaugesOfAnchor)) {
    // Names of the same table.
    sample(registry, { name, ...description }, async () => (await look())[name as InstallationGauge])
  }
}

type Description = { name: string; help: string; labelNames?: string[] }

/** A gauge that has nothing, rather than a zero that was not measured, while it cannot be read. */
export function sample(registry: Registry, description: Description, read: () => Promise<Sample[]>): void {
  const { labelNames = [] } = description
  new Gauge({
    ...description,
    labelNames,
    registers: [registry],
    async collect() {
      this.reset()
      if (labelNames.length === 0) this.remove()
      const samples = await read().catch(() => []) // inmor_database_up shows the reason
      for (const { labels = {}, value } of samples) this.set(labels, value)
    },
  })
}

/** Shares one query between concurrent scrapes and caches its result briefly; failures are not cached. */
export function lately<Found>(look: () => Promise<Found>): () => Promise<Found> {
  let last: { at: number; found: Promise<Found> } | undefined
  return () => {
    if (last && performance.now() - last.at < KEPT_MS) return last.found
    const found = look()
    last = { at: performance.now(), found }
    found.catch(() => {
      last = undefined
    })
    return found
  }
}

export function observePool(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'inmor_database_connections',
    help: 'Database connections of this process by state, and requests that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
}
