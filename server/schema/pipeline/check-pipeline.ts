/** The pipelines of checks that operators compose for requests. */
import { builder } from '#server/schema/builder.ts'
import { PipelineCheckNameEnum, PipelineFailureRule } from '#server/schema/pipeline/enums.ts'
import type { PipelineCheck } from '#server/services/request/pipeline/input.ts'
import { checksOf } from '#server/services/request/pipeline/run.ts'

const PipelineCheckRef = builder.objectRef<PipelineCheck>('PipelineCheck').implement({
  description: 'A check of a pipeline. The fields that it has no use for are null.',
  authScopes: { read: true },
  fields: (t) => ({
    check: t.expose('check', { type: PipelineCheckNameEnum, description: 'The check.' }),
    onFailure: t.expose('onFailure', {
      type: PipelineFailureRule,
      description: 'What its failure leads to.',
    }),
    trustMarkTypes: t.field({
      type: ['URL'],
      nullable: true,
      description: 'The types that TRUST_MARKS_HELD looks for.',
      resolve: (check) => ('trustMarkTypes' in check ? check.trustMarkTypes : null),
    }),
    requiresAll: t.boolean({
      nullable: true,
      description: 'Whether TRUST_MARKS_HELD needs a mark of each of the types, rather than of one.',
      resolve: (check) => ('requiresAll' in check ? check.requiresAll : null),
    }),
    entityIds: t.field({
      type: ['EntityIdentifier'],
      nullable: true,
      description: 'The entities on the list of ON_LIST.',
      resolve: (check) => ('entityIds' in check ? check.entityIds : null),
    }),
    tags: t.stringList({
      nullable: true,
      description: 'Tags of organizations whose entities are all on the list of ON_LIST.',
      resolve: (check) => ('tags' in check ? check.tags : null),
    }),
    url: t.field({
      type: 'URL',
      nullable: true,
      description: 'The address of the DECISION_SERVICE.',
      resolve: (check) => ('url' in check ? check.url : null),
    }),
    text: t.string({
      nullable: true,
      description: 'The terms of TERMS_ACCEPTED.',
      resolve: (check) => ('text' in check ? check.text : null),
    }),
  }),
})

export const CheckPipelineRef = builder.prismaNode('CheckPipeline', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the row that it wrote; only relations are loaded.
  description: 'What is checked about requests for entities of a type, or for marks of a type.',
  authScopes: { read: true },
  fields: (t) => ({
    entityType: t.exposeString('entityType', { nullable: true }),
    trustMarkType: t.field({
      type: 'URL',
      nullable: true,
      description: 'The type of the Trust Marks that requests ask for; null: of an Entity Type.',
      select: { trustMarkType: { select: { type: true } } },
      resolve: ({ trustMarkType }) => trustMarkType?.type ?? null,
    }),
    checks: t.field({
      type: [PipelineCheckRef],
      description: 'The checks, in their order. They come after those that registration makes.',
      resolve: checksOf,
    }),
    approves: t.exposeBoolean('approves'),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it changed last.' }),
    version: t.exposeInt('version'),
  }),
})

builder.queryField('checkPipelines', (t) =>
  t.field({
    type: [CheckPipelineRef],
    description:
      'The pipelines of checks, by Entity Type, then by Trust Mark type. Without one, registration’s own checks count.',
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.pipelines.list(),
  }),
)
