/** Runs the pipelines that apply to a request, in the order in which operators composed them. */
import type { Metadata } from '#core/metadata.ts'
import type { CheckPipeline, Organization } from '#prisma/generated/client/client.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { EntityCheck } from '#server/services/entity/checks.ts'
import type { Examination } from '#server/services/entity/examination.ts'
import { type PipelineCheckName, pipelineChecks } from '#server/services/request/pipeline/check-names.ts'
import { createDecisionServiceCheck } from '#server/services/request/pipeline/checks/decision-service.ts'
import { checkList } from '#server/services/request/pipeline/checks/on-list.ts'
import { createOpenidMetadataCheck } from '#server/services/request/pipeline/checks/openid-metadata.ts'
import { checkOrganizationName } from '#server/services/request/pipeline/checks/organization-name.ts'
import { checkTerms } from '#server/services/request/pipeline/checks/terms.ts'
import { createTrustMarksHeldCheck } from '#server/services/request/pipeline/checks/trust-marks-held.ts'
import type { Facts, Finding } from '#server/services/request/pipeline/facts.ts'
import type { PipelineCheck } from '#server/services/request/pipeline/input.ts'

export type PipelineRequest = Pick<Facts, 'kind' | 'trustMarkType' | 'acceptedTerms'> & {
  organization: Organization | null
}

export type PipelineOutcome = {
  checks: EntityCheck<PipelineCheckName>[]
  /** What the pipelines that approve such a request are for; null: an operator decides it. */
  approvedFor: string | null
}

export function createPipelineRun(context: ServiceContext) {
  const { db } = context
  const checkOpenidMetadata = createOpenidMetadataCheck(context)
  const checkTrustMarks = createTrustMarksHeldCheck(context)
  const askService = createDecisionServiceCheck(context)

  async function runOne(facts: Facts, asked: PipelineCheck): Promise<Finding> {
    switch (asked.check) {
      case 'OPENID_METADATA':
        return checkOpenidMetadata(facts)
      case 'ORGANIZATION_NAME':
        return checkOrganizationName(facts)
      case 'TRUST_MARKS_HELD':
        return checkTrustMarks(facts, asked)
      case 'ON_LIST':
        return checkList(facts, asked)
      case 'DECISION_SERVICE':
        return askService(facts, asked)
      case 'TERMS_ACCEPTED':
        return checkTerms(facts, asked)
    }
  }

  function pipelinesFor({ kind, trustMarkType }: PipelineRequest, types: string[]): Promise<CheckPipeline[]> {
    if (kind === 'TRUST_MARK')
      return db.checkPipeline.findMany({ where: { trustMarkType: { type: trustMarkType ?? '' } } })
    return db.checkPipeline.findMany({ where: { entityType: { in: types } }, orderBy: { entityType: 'asc' } })
  }

  return {
    /** Whether a request for a mark of the type needs facts about the entity: one without checks may approve. */
    async hasPipeline(type: string): Promise<boolean> {
      const where = { trustMarkType: { type }, NOT: { approves: false, checks: { equals: [] } } }
      return (await db.checkPipeline.count({ where })) > 0
    },

    /** Runs the checks about an entity that passed its examination. */
    async run(
      request: PipelineRequest,
      { entityId, statement, resolvedMetadata, checks: examined }: Examination,
    ): Promise<PipelineOutcome> {
      if (request.kind === 'WITHDRAW' || !statement || !resolvedMetadata)
        return { checks: [], approvedFor: null }
      const types = Object.keys(resolvedMetadata)
      const pipelines = await pipelinesFor(request, types)
      const facts: Facts = { ...request, entityId, statement, metadata: resolvedMetadata }
      const checks: EntityCheck<PipelineCheckName>[] = []
      for (const asked of withoutRepeats(pipelines)) checks.push(toCheck(asked, await runOne(facts, asked)))
      const isClean = [...examined, ...checks].every(
        ({ status }) => status === 'PASSED' || status === 'SKIPPED',
      )
      const approvedFor =
        request.kind === 'TRUST_MARK' ? [request.trustMarkType ?? ''] : decisiveTypes(resolvedMetadata)
      const isApproved = isClean && approves(pipelines, request, approvedFor)
      return { checks, approvedFor: isApproved ? approvedFor.join(' and ') : null }
    },
  }
}

/** As stored by `updateCheckPipeline`. */
export const checksOf = ({ checks }: Pick<CheckPipeline, 'checks'>) => checks as unknown as PipelineCheck[]

/** Entity Types may share a check. */
function withoutRepeats(pipelines: readonly CheckPipeline[]): PipelineCheck[] {
  return [...new Map(pipelines.flatMap(checksOf).map((check) => [JSON.stringify(check), check])).values()]
}

/** A failure about which an operator may decide is a warning. */
function toCheck(
  { check, onFailure }: PipelineCheck,
  { status, ...finding }: Finding,
): EntityCheck<PipelineCheckName> {
  const isAsked = status === 'FAILED' && onFailure === 'ASK'
  return { ...pipelineChecks[check], name: check, status: isAsked ? 'WARNING' : status, ...finding }
}

/** Every Entity Type, apart from that which all entities may declare beside their own. An Intermediate is admitted as such too. */
function decisiveTypes(metadata: Metadata): string[] {
  const types = Object.keys(metadata)
  const others = types.filter((type) => type !== FEDERATION_ENTITY)
  const isIntermediate = metadata[FEDERATION_ENTITY]?.federation_fetch_endpoint !== undefined
  return others.length === 0 || isIntermediate ? types : others
}

const FEDERATION_ENTITY = 'federation_entity'

/** For each of the types there is a pipeline, and each approves. */
function approves(
  pipelines: readonly CheckPipeline[],
  { kind }: PipelineRequest,
  types: readonly string[],
): boolean {
  if (kind === 'TRUST_MARK') return pipelines.some(({ approves }) => approves)
  return types.every((type) => pipelines.some(({ entityType, approves }) => entityType === type && approves))
}
