/** Counts the entities of a crawl, and reports progress and failures. */
import type { EntityId } from '#core/entity-id.ts'

export type CrawlFailure = { entity: EntityId; reason: string }

export type CrawlProgress = {
  /** Entities found so far, of which `done` were processed and `failed` were omitted. */
  found: number
  done: number
  failed: number
  current: EntityId
}

export type Tally = {
  keep(): void
  fail(entity: EntityId, reason: string): void
  progress(current: EntityId, found: number): void
  entities(): number
  report(): { entities: number; failed: number; failures: readonly CrawlFailure[] }
}

/** Reported failures. Further ones are only counted. */
const MAX_FAILURES = 1_000

export function createTally(onProgress?: (progress: CrawlProgress) => void): Tally {
  const failures: CrawlFailure[] = []
  let [entities, failed, done] = [0, 0, 0]
  return {
    keep() {
      entities += 1
    },
    fail(entity, reason) {
      failed += 1
      if (failures.length < MAX_FAILURES) failures.push({ entity, reason })
    },
    progress(current, found) {
      done += 1
      onProgress?.({ found, done, failed, current })
    },
    entities: () => entities,
    report: () => ({ entities, failed, failures }),
  }
}
