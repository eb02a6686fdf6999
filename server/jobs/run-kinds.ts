/** The kinds of runs: one row each. */
import { collection } from '#server/jobs/kind/collection.ts'
import { configuration } from '#server/jobs/kind/configuration.ts'
import { evaluation } from '#server/jobs/kind/evaluation.ts'
import { rebuild } from '#server/jobs/kind/rebuild.ts'
import type { RunKindRow } from '#server/jobs/kind/row.ts'
import { subordinates } from '#server/jobs/kind/subordinates.ts'
import { reissue, trustMarks } from '#server/jobs/kind/trust-marks.ts'

export const runKinds = {
  SUBORDINATES: subordinates,
  TRUST_MARKS: trustMarks,
  REISSUE_TRUST_MARKS: reissue,
  COLLECTION: collection,
  REBUILD: rebuild,
  EVALUATION: evaluation,
  CONFIGURATION: configuration,
} as const satisfies Record<string, RunKindRow>

export type RunKind = keyof typeof runKinds

export function runKindOf(name: string): RunKindRow | undefined {
  return Object.hasOwn(runKinds, name) ? runKinds[name as RunKind] : undefined // its own key
}
