/** Records for every process when something was published last, how fast, and how much of long work is left. */
import type { PublishContext } from '#server/publish/context.ts'

/** Milliseconds over which the rate is measured. */
const WINDOW_MS = 10_000
/** A rate over a shorter time would be chance. */
const SHORTEST_MS = 200

export type Progress = {
  /** To be stored with the publication of `count` things. */
  after(count: number): { progressAt: Date; rate: number; remaining: number }
  /** The number of things that are left of the long publication under way. */
  remaining: number
}

export function createProgress(now: PublishContext['now']): Progress {
  let samples: { at: number; count: number }[] = []
  let since = 0
  return {
    remaining: 0,
    after(count) {
      const at = performance.now()
      // After a pause the rate is measured from here on.
      if (at - (samples.at(-1)?.at ?? -WINDOW_MS) > WINDOW_MS) since = at - SHORTEST_MS
      samples = [...samples.filter((sample) => at - sample.at < WINDOW_MS), { at, count }]
      const total = samples.reduce((sum, sample) => sum + sample.count, 0)
      const seconds = Math.max(SHORTEST_MS, Math.min(WINDOW_MS, at - since)) / 1000
      return { progressAt: now(), rate: total / seconds, remaining: this.remaining }
    },
  }
}
