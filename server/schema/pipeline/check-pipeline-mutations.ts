/** Composes the pipelines of checks. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { operation } from '#server/schema/operation.ts'
import { CheckPipelineRef } from '#server/schema/pipeline/check-pipeline.ts'
import { PipelineCheckNameEnum, PipelineFailureRule } from '#server/schema/pipeline/enums.ts'
import {
  MAXIMUM_CHECKS,
  MAXIMUM_ENTITIES,
  MAXIMUM_TERMS,
  MAXIMUM_TYPES,
} from '#server/services/request/pipeline/input.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

const PipelineCheckInput = builder.inputType('PipelineCheckInput', {
  description: 'A check, with what it needs. A field that it has no use for is refused.',
  fields: (t) => ({
    check: t.field({ type: PipelineCheckNameEnum, required: true, description: 'The check.' }),
    onFailure: t.field({
      type: PipelineFailureRule,
      description: 'What its failure leads to; REFUSE by default for TERMS_ACCEPTED, ASK for the others.',
    }),
    trustMarkTypes: t.field({
      type: ['URL'],
      description: `For TRUST_MARKS_HELD: the types, at most ${MAXIMUM_TYPES}.`,
    }),
    requiresAll: t.boolean({
      description: 'For TRUST_MARKS_HELD: whether it must hold marks of all of the types; true by default.',
    }),
    entityIds: t.field({
      type: ['EntityIdentifier'],
      description: `For ON_LIST: the entities on the list, at most ${MAXIMUM_ENTITIES}.`,
    }),
    tags: t.stringList({
      description: 'For ON_LIST: tags of organizations, whose entities are all on the list.',
    }),
    url: t.field({ type: 'URL', description: 'For DECISION_SERVICE: where it is asked.' }),
    text: t.string({ description: `For TERMS_ACCEPTED: the terms, at most ${MAXIMUM_TERMS} characters.` }),
  }),
})

operation('updateCheckPipeline', {
  describes: 'Composes the checks of requests for a type, and says whether they approve.',
  scope: 'administer',
  input: {
    describes:
      'The type whose pipeline changes: an Entity Type or a Trust Mark type. An absent field stays as it is.',
    fields: (t) => ({
      entityType: t.string({ description: 'The Entity Type.' }),
      trustMarkType: t.field({ type: 'URL', description: 'The Trust Mark type.' }),
      checks: t.field({
        type: [PipelineCheckInput],
        description: `The checks in their order, at most ${MAXIMUM_CHECKS}.`,
      }),
      approves: t.boolean({ description: 'Whether a request is approved at once when every check passed.' }),
      version: t.int({
        description:
          'The version that was read, or 0 if there was no pipeline; the mutation fails with CONFLICT after another change.',
      }),
    }),
  },
  result: CheckPipelineRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run: (input, { services, caller }) => services.pipelines.update(caller, input),
})
