/** Makes and applies plans of an admin server under test. */
import type { TestAdmin } from '#test/helpers/admin.ts'
import { itemsOf, watchRun } from '#test/helpers/run.ts'

export type PlannedSteps = {
  hash: string | null
  unchanged: number
  left: number
  operations: string[]
  steps: { section: string; key: string; verb: string; changes: { path: string; after: unknown }[] }[]
  faults: { file: string; line: number; message: string }[]
  warnings: { message: string }[]
  effect: { members: { stops: number; starts: number; changes: number }; newMembers: number } | null
}

const QUERY = `query ($source: PlanSourceInput!, $anchor: String) { plan(source: $source, anchor: $anchor) {
  hash unchanged left operations steps { section key verb changes { path after } } faults { file line message } warnings { message }
  effect { members { stops starts changes } newMembers } } }`

export async function planOf(admin: TestAdmin, source: object, anchor = 'main'): Promise<PlannedSteps> {
  const { data, errors } = await admin.execute(QUERY, { source, anchor })
  if (errors) throw new Error(JSON.stringify(errors))
  return data.plan
}

export const applying = (admin: TestAdmin, input: object, as?: 'admin') =>
  admin.mutate('applyPlan', { anchor: 'main', ...input }, 'id', as)

/** The items of the run, after it has ended. */
export async function apply(admin: TestAdmin, source: object, input: object = {}) {
  const { hash } = await planOf(admin, source)
  const run = await applying(admin, { source, hash, ...input })
  if (run.__typename !== 'ApplyPlanSuccess') throw new Error(JSON.stringify(run))
  return itemsOf(await watchRun(admin, run.id))
}
