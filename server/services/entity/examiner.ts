/** Examines an entity with its current or proposed registration. */
import type { JwkSet } from '#core/keys.ts'
import { toUnix } from '#server/clock.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createCarriedMarks } from '#server/services/entity/carried-marks.ts'
import { type Examination, examineEntity, type Registration } from '#server/services/entity/examination.ts'

export type Candidate = {
  entityId: string
  settings: Settings
  registration: Registration
  /** The configuration must verify with these keys; null or absent: with its own. */
  jwks?: JwkSet | null | undefined
  registered: boolean
  /** Returns its Entity Configuration in another manner. @throws FetchError */
  fetch?: () => Promise<string>
}

export type Examine = (candidate: Candidate) => Promise<Examination>

export function createExaminer(context: ServiceContext): Examine {
  const { db, entityId: anchor, allowHttp, fetcher, now } = context
  const carriedMarks = createCarriedMarks(context)

  async function typesIssuedTo(entityId: string): Promise<string[]> {
    const marks = await db.trustMark.findMany({
      where: { entityId, active: true, expiresAt: { gt: now() } },
      select: { trustMarkType: { select: { type: true } } },
    })
    return marks.map((mark) => mark.trustMarkType.type)
  }

  return async ({ jwks, ...candidate }) => {
    const { entityId, registration } = candidate
    const isAskedFor = registration.requiredTrustMarks.length > 0
    const common = {
      fetch: () => fetcher.entityConfiguration(entityId),
      ...candidate,
      trustMarkTypes: isAskedFor ? await typesIssuedTo(entityId) : [],
      carriedMarks,
      anchor,
      allowHttp,
      now: toUnix(now()),
    }
    return examineEntity(jwks ? { ...common, jwks } : common)
  }
}
