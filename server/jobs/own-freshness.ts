/**
 * Keeps fresh what this anchor publishes about itself, and what it holds of superiors, other anchors, mark issuers and mirrors.
 */
import { decodeJwt } from '#core/jws.ts'
import { readSettings } from '#server/database/settings.ts'
import type { ScheduleContext, ScheduleResult } from '#server/jobs/schedule-row.ts'
import { budgetOf, isDueAnew } from '#server/publish/age.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'

/** Changes are published automatically; this renews the documents before they expire. */
export async function regenerateEntityConfiguration(context: ScheduleContext): Promise<ScheduleResult> {
  const { db, publisher, publishing } = context
  const { entityId } = publishing
  const jwt = await publishing.redis.get(publishing.keys.entityConfiguration)
  const { iss = entityId, iat = 0, exp = 0 } = jwt ? decodeJwt(jwt).claims : {}
  const hasMoved = iss !== entityId
  const budget = budgetOf(await readSettings(db))
  const life = { iat: Number(iat), exp: Number(exp) }
  const isYoung = !isDueAnew(life, context.now().getTime() / 1000, budget)
  if (isYoung && !hasMoved) return { message: 'Not due yet.' }
  // The same clock signed the historical keys.
  const own = [toPublish('entity-configuration'), toPublish('historical-keys')]
  await enqueue(db, hasMoved ? [toPublish('everything')] : own)
  await publisher.flush()
  if (!hasMoved) return { message: 'Signed again.' }
  return { message: 'The Entity Identifier has changed, so everything is being republished.' }
}

export async function checkSuperiors({ services }: ScheduleContext): Promise<ScheduleResult> {
  const superiors = await services.superiors.check()
  const { message } = describe(superiors, {
    none: 'This anchor has no superior.',
    done: `Read ${superiors.length} statement${superiors.length === 1 ? '' : 's'} about this anchor.`,
  })
  const notices = superiors.flatMap(({ notice }) => notice ?? [])
  return { message: [message, ...notices].join(' ') }
}

export async function followAnchors({ services }: ScheduleContext): Promise<ScheduleResult> {
  const anchors = await services.pinnedAnchors.follow()
  return describe(anchors, {
    none: 'No keys of other Trust Anchors are pinned.',
    done: `Followed the keys of ${anchors.length} pinned Trust Anchor${anchors.length === 1 ? '' : 's'}.`,
  })
}

export async function renewOwnTrustMarks({ services }: ScheduleContext): Promise<ScheduleResult> {
  const { due, renewed } = await services.ownTrustMarks.renewDue()
  return { message: due === 0 ? 'None is due.' : `${due} due, ${renewed} of them renewed.` }
}

type Visited = { entityId: string; row: { lastError: string | null } | null }

function describe(visited: readonly Visited[], { none, done }: { none: string; done: string }) {
  if (visited.length === 0) return { message: none }
  const failed = visited.filter(({ row }) => row?.lastError)
  if (failed.length === 0) return { message: done }
  return { message: failed.map(({ entityId, row }) => `${entityId}: ${row?.lastError}`).join(' ') }
}

/** Looks at the announced mirrors, and says which of them are not current. */
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
