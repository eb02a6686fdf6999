/** Counts and times the work of workers and of the publisher: runs, items, schedules and publications. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Clock } from '#server/clock.ts'
import type { JobObserver } from '#server/jobs/context.ts'
import type { PublicationObserver } from '#server/publish/context.ts'

/** Seconds: a run of a few items lies in the first buckets, the renewal of a large federation in the last. */
const buckets = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400]

export function observeJobs(registry: Registry, now: Clock): JobObserver {
  const registers = [registry]
  const runs = new Histogram({
    name: 'inmor_run_duration_seconds',
    help: 'Time from the order of a run to its end, by kind and state at the end.',
    labelNames: ['kind', 'state'],
    buckets,
    registers,
  })
  const items = new Counter({
    name: 'inmor_run_items_total',
    help: 'Items of runs that were finished, by kind of the run and outcome.',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const schedules = new Histogram({
    name: 'inmor_schedule_duration_seconds',
    help: 'Duration of schedules, by schedule and outcome.',
    labelNames: ['schedule', 'outcome'],
    buckets,
    registers,
  })
  const drift = new Counter({
    name: 'inmor_drift_repaired_total',
    help: 'Differences between Redis and the database, found and republished, by kind.',
    labelNames: ['kind'],
    registers,
  })
  const checks = new Counter({
    name: 'inmor_subordinate_checks_total',
    help: 'Checks of subordinates by the clock, by result: unchanged, stored or failed.',
    labelNames: ['result'],
    registers,
  })
  return {
    ledger: (ledger, { kind, startedAt }) => ({
      ...ledger,
      async finish(item, result) {
        const isWished = await ledger.finish(item, result)
        items.inc({ kind, outcome: outcome(result.ok) })
        if (result.failures?.length) items.inc({ kind, outcome: outcome(false) }, result.failures.length)
        return isWished
      },
      async end(state, error) {
        await ledger.end(state, error)
        runs.observe({ kind, state: state.toLowerCase() }, (now().getTime() - startedAt.getTime()) / 1000)
      },
    }),
    scheduleEnded: (schedule, hasSucceeded, seconds) =>
      schedules.observe({ schedule, outcome: outcome(hasSucceeded) }, seconds),
    checked: (result) => checks.inc({ result: result.toLowerCase() }),
    driftFound(count) {
      for (const [kind, found] of Object.entries(count)) drift.inc({ kind }, found)
    },
  }
}

function outcome(isGood: boolean): string {
  return isGood ? 'succeeded' : 'failed'
}

/** Counts publications and times how long changes wait for them. */
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
