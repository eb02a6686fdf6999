/** Looks at the announced mirrors, and says which of them are not current. */
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'

export async function checkMirrors(
  { services }: ScheduleContext,
  signal: AbortSignal,
): Promise<ScheduleResult> {
  const mirrors = await services.mirrors.check(signal)
  const others = mirrors.filter(({ state }) => state !== 'CURRENT')
  if (mirrors.length === 0) return { message: 'No mirror is announced.' }
  if (others.length === 0) return { message: `${mirrors.length} looked at, all of them current.` }
  return { message: others.map(({ url, problem }) => `${url}: ${problem}`).join(' ') }
}
