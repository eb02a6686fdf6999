/** `/api/v1/check_pipelines`: the checks of requests that administrators compose for each type. */
import { z } from 'zod'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp } from '#server/rest/deps.ts'
import { conflict, failures, notFound } from '#server/rest/error.ts'
import { listOf, Page, pageOf } from '#server/rest/page.ts'
import { pipelineCheckNames } from '#server/services/request/pipeline/check-names.ts'
import {
  failureRules,
  type PipelineCheck,
  type PipelineCheckInput,
} from '#server/services/request/pipeline/input.ts'
import type { ListedPipeline } from '#server/services/request/pipeline/pipelines.ts'
import { checksOf } from '#server/services/request/pipeline/run.ts'

const tags = ['Checks']

const entityType = z
  .string()
  .describe('The Entity Type of which requests to register or change an entity are.')
const trustMarkType = z.string().describe('The type of the Trust Marks that requests ask for.')
const approves = z.boolean().describe('Whether a request is approved at once when every check passed.')
const checks = 'The checks, in their order.'

const check = z.enum(pipelineCheckNames).describe('The check.')
const onFailure = z.enum(failureRules).describe('What its failure leads to.')
const needs = {
  trust_mark_types: z.array(z.string()).describe('Of TRUST_MARKS_HELD: the types.'),
  requires_all: z.boolean().describe('Of TRUST_MARKS_HELD: whether it must hold marks of all types.'),
  entityids: z.array(z.string()).describe('Of ON_LIST: the entities on the list.'),
  tags: z.array(z.string()).describe('Of ON_LIST: tags of organizations, whose entities are on the list.'),
  url: z.string().describe('Of DECISION_SERVICE: where it is asked.'),
  text: z.string().describe('Of TERMS_ACCEPTED: the terms.'),
}

/** Members that the check has no use for are absent. */
const Check = z.object({ check, on_failure: onFailure, ...z.object(needs).partial().shape })
const GivenCheck = z.object({
  check,
  on_failure: onFailure.nullish(),
  trust_mark_types: needs.trust_mark_types.nullish(),
  requires_all: needs.requires_all.nullish(),
  entityids: needs.entityids.nullish(),
  tags: needs.tags.nullish(),
  url: needs.url.nullish(),
  text: needs.text.nullish(),
})

const Output = z.object({
  id: z.int(),
  entity_type: entityType.nullable(),
  trust_mark_type: trustMarkType.nullable(),
  checks: z.array(Check).describe(checks),
  approves,
  updated_at: z.iso.datetime(),
  version: z.int().describe('The number of changes. Send it with a change to detect a concurrent one.'),
})

const Change = z.object({
  entity_type: entityType.nullish(),
  trust_mark_type: trustMarkType.nullish().describe('The Trust Mark type, instead of `entity_type`.'),
  checks: z.array(GivenCheck).nullish().describe(checks),
  approves: approves.nullish(),
  version: z
    .int32()
    .nullish()
    .describe('The version that was read, or 0 if there was no pipeline; 409 after another change.'),
})

function toBody(row: ListedPipeline): z.input<typeof Output> {
  return {
    id: row.id,
    entity_type: row.entityType,
    trust_mark_type: row.trustMarkType?.type ?? null,
    checks: checksOf(row).map(toCheck),
    approves: row.approves,
    updated_at: row.updatedAt.toISOString(),
    version: row.version,
  }
}

function toCheck(check: PipelineCheck): z.input<typeof Check> {
  const common = { check: check.check, on_failure: check.onFailure }
  if (check.check === 'TRUST_MARKS_HELD')
    return { ...common, trust_mark_types: check.trustMarkTypes, requires_all: check.requiresAll }
  if (check.check === 'ON_LIST') return { ...common, entityids: check.entityIds, tags: check.tags }
  if (check.check === 'DECISION_SERVICE') return { ...common, url: check.url }
  if (check.check === 'TERMS_ACCEPTED') return { ...common, text: check.text }
  return common
}

function fromCheck(given: z.output<typeof GivenCheck>): PipelineCheckInput {
  const {
    on_failure: onFailure,
    trust_mark_types: trustMarkTypes,
    requires_all: requiresAll,
    entityids: entityIds,
    ...others
  } = given
  return { ...others, onFailure, trustMarkTypes, requiresAll, entityIds }
}

export function checkPipelineRoutes(app: RestApp): void {
  app.get(
    '/check_pipelines',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Lists the pipelines of checks, by Entity Type, then by Trust Mark type',
        querystring: Page,
        response: { 200: listOf(Output).describe('One page.'), ...failures },
      },
    },
    async (request) => pageOf(await anchorOf(request).services.pipelines.list(), request.query, toBody),
  )

  app.put(
    '/check_pipelines',
    {
      config: { scope: 'administer', action: 'updateCheckPipeline' },
      schema: {
        tags,
        summary: 'Composes the checks of requests for a type; absent members keep their value',
        body: Change,
        response: { 200: Output.describe('The current state.'), ...failures, ...notFound, ...conflict },
      },
    },
    async (request) => {
      const { entity_type: entityType, trust_mark_type: trustMarkType, checks, ...others } = request.body
      const { pipelines } = anchorOf(request).services
      const input = { ...others, entityType, trustMarkType, checks: checks?.map(fromCheck) }
      const row = await pipelines.update(callerOfRequest(request), input)
      return toBody({ ...row, trustMarkType: trustMarkType ? { type: trustMarkType } : null })
    },
  )
}
