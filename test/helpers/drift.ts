/** Compares Redis with the database as the schedule does, for tests. */
import { type DriftCount, repairDrift } from '#server/publish/drift/repair.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { openPublishing } from '#test/helpers/publishing.ts'

export type DriftRepair = { repair(): Promise<DriftCount>; close(): void }

export async function openDriftRepair(admin: TestAdmin): Promise<DriftRepair> {
  const { context, close } = await openPublishing(admin)
  return { repair: () => repairDrift(context, admin.server.publisher), close }
}
