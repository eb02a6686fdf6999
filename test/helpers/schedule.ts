/** Runs schedules of an admin server under test at once, without waiting for their time. */
import { expect, vi } from 'vitest'
import type { ScheduleContext } from '#server/jobs/schedule-row.ts'
import { type ScheduleName, schedules } from '#server/jobs/schedules.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { openPublishing } from '#test/helpers/publishing.ts'
import { patience } from './patience.ts'

export type TestSchedules = {
  /** The result as a sentence; of a schedule that starts a run, its counts at its end. */
  run(name: ScheduleName): Promise<string | { done: number; failed: number }>
  close(): void
}

/** Of the test file, or of its `describe`. */
export const schedulesInFile = (admin: TestAdmin): TestSchedules => inFile(() => openSchedules(admin))

export async function openSchedules(admin: TestAdmin): Promise<TestSchedules> {
  const { context: publishing, close } = await openPublishing(admin)
  const { db, jobContext, publisher, services } = admin.server
  const context: ScheduleContext = { ...jobContext, publisher, services, publishing }
  return {
    async run(name) {
      const { message, runId } = await schedules[name].run(context, new AbortController().signal)
      if (runId === undefined) return message
      return vi.waitFor(async () => {
        const { endedAt, done, failed } = await db.run.findUniqueOrThrow({ where: { id: runId } })
        expect(endedAt).not.toBeNull()
        return { done, failed }
      }, patience)
    },
    close,
  }
}
