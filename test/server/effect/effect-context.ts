/** Computes the effect of a plan on the admin server under test. */
import { effectOf, type PlanEffect } from '#server/services/effect/plan-effect.ts'
import type { PlannedState } from '#server/services/effect/planned-state.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

export function effectOn(admin: TestAdmin, planned: PlannedState): Promise<PlanEffect> {
  const { db, entityId, allowHttp, now, publishing } = admin.server.jobContext
  return effectOf({ db, entityId, allowHttp, now, signingKeys: publishing.signingKeys }, planned)
}
