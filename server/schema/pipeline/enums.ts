/** The checks of pipelines by name, and what their failure leads to. */
import { builder } from '#server/schema/builder.ts'
import {
  type PipelineCheckName,
  pipelineCheckNames,
  pipelineChecks,
} from '#server/services/request/pipeline/check-names.ts'
import type { FailureRule } from '#server/services/request/pipeline/input.ts'

export const PipelineCheckNameEnum = builder.enumType('PipelineCheckName', {
  description: 'A check of which operators compose pipelines.',
  values: Object.fromEntries(
    pipelineCheckNames.map((name) => [name, { description: `${pipelineChecks[name].title}.` }]),
  ) as { [name in PipelineCheckName]: { description: string } },
})

export const PipelineFailureRule = builder.enumType('PipelineFailureRule', {
  description: 'What the failure of a check leads to.',
  values: {
    REFUSE: { description: 'The request is not placed, and cannot be approved.' },
    ASK: { description: 'An operator decides the request, and sees the failure as a warning.' },
  } satisfies Record<FailureRule, { description: string }>,
})
