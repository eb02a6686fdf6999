/** Counts what a walk met, kept and left out, and tells of it. */
import type { EntityId } from '#core/entity-id.ts'

export type WalkFailure = { entity: EntityId; reason: string }

export type WalkProgress = {
  /** Entities met so far; `done` of them were dealt with, and `failed` of those were left out. */
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
  report(): { entities: number; failed: number; failures: readonly WalkFailure[] }
}

/** Failures told in words; of further ones only the number. */
const MAX_FAILURES = 1_000

export function createTally(onProgress?: (progress: WalkProgress) => void): Tally {
  const failures: WalkFailure[] = []
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
