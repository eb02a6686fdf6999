/** Whether the entity holds Trust Marks: issued here, or carried in its configuration and valid (§7.3). */
import { FederationError } from '#core/errors.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createCarriedMarks } from '#server/services/entity/carried-marks.ts'
import { type Facts, type Finding, fail, pass } from '#server/services/request/pipeline/facts.ts'
import type { PipelineCheck } from '#server/services/request/pipeline/input.ts'

type Asked = Extract<PipelineCheck, { check: 'TRUST_MARKS_HELD' }>

export function createTrustMarksHeldCheck(context: ServiceContext) {
  const { db, now } = context
  const carriedMarks = createCarriedMarks(context)

  async function issuedHere(entityId: string, types: string[]): Promise<string[]> {
    const marks = await db.trustMark.findMany({
      where: {
        entityId,
        trustMarkType: { type: { in: types } },
        active: true,
        invalidReason: null,
        expiresAt: { gt: now() },
      },
      select: { trustMarkType: { select: { type: true } } },
    })
    return marks.map(({ trustMarkType }) => trustMarkType.type)
  }

  return async function check(
    { entityId, statement }: Facts,
    { trustMarkTypes, requiresAll }: Asked,
  ): Promise<Finding> {
    const own = await issuedHere(entityId, trustMarkTypes)
    const isEnough = (held: readonly string[]) =>
      requiresAll ? trustMarkTypes.every((type) => held.includes(type)) : held.length > 0
    if (isEnough(own)) return pass(`It holds ${own.join(', ')}.`)
    try {
      const { types, leftOut } = await carriedMarks(statement)
      const held = trustMarkTypes.filter((type) => own.includes(type) || types.includes(type))
      if (isEnough(held)) return pass(`It holds ${held.join(', ')}.`)
      const missing = trustMarkTypes.filter((type) => !held.includes(type)).join(', ')
      const which = requiresAll ? `type ${missing}` : `any of these types: ${missing}`
      const finding = `It holds no valid Trust Mark of ${which}.`
      return fail(leftOut ? `${finding} ${leftOut}` : finding)
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      return { ...fail(error.message), isTransient: true }
    }
  }
}
