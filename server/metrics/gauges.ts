/** Gauges that are looked up when Prometheus asks: of the installation, at most so often, and of this process. */
import type { Pool } from 'pg'
import { Gauge, type Registry } from 'prom-client'
import {
  type InstallationGauge,
  type InstallationSource,
  readInstallation,
  type Sample,
} from '#server/metrics/installation.ts'

/** The same for every process that is asked, and for every Prometheus. */
const KEPT_MS = 15_000

const rows: Readonly<Record<InstallationGauge, { help: string; labelNames?: string[] }>> = {
  inmor_subordinates: { help: 'Registered subordinates, by state.', labelNames: ['state'] },
  inmor_trust_marks: {
    help: 'Trust Marks that are valid, by whether their last renewal failed.',
    labelNames: ['state'],
  },
  inmor_expiring: {
    help: 'Published statements and valid Trust Marks that expire within so many days.',
    labelNames: ['what', 'within_days'],
  },
  inmor_outbox_entries: { help: 'Changes that are not published yet.' },
  inmor_outbox_oldest_seconds: { help: 'For how long the oldest of them has been waiting.' },
  inmor_publication_failing: { help: 'Whether the last attempt to publish failed: 1 or 0.' },
  inmor_drift: {
    help: 'Things that Redis said otherwise than the database when they were compared last, by kind.',
    labelNames: ['kind'],
  },
  inmor_drift_checked_seconds: { help: 'Time since Redis and the database were compared last.' },
  inmor_runs: { help: 'Runs that have not ended, by state.', labelNames: ['state'] },
  inmor_schedule_failing: {
    help: 'Whether what is done by the clock failed the last time: 1 or 0.',
    labelNames: ['schedule'],
  },
  inmor_schedule_ended_seconds: {
    help: 'Time since what is done by the clock ended last.',
    labelNames: ['schedule'],
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
  for (const [name, { help, labelNames = [] }] of Object.entries(rows)) {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset()
        if (labelNames.length === 0) this.remove() // rather absent than a zero that nobody has counted
        const found = await look().catch(() => null) // inmor_database_up says why
        if (!found) return
        const samples: readonly Sample[] = found[name as InstallationGauge] // names of the same table
        for (const { labels = {}, value } of samples) this.set(labels, value)
      },
    })
  }
}

/** One look answers everybody who asks while it lasts, and for a while after; a failure is not kept. */
function lately<Found>(look: () => Promise<Found>): () => Promise<Found> {
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
    help: 'Connections of this process to the database by state, and requests that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
}
