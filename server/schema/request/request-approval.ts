/** Starts the approval of many requests. */
import { type ApprovalSubjects, approvalOptions } from '#server/jobs/kind/approval/parameters.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { keyOrNull, requireCaller, requireOneOf } from '#server/schema/input.ts'
import { RequestFilter, readFilter } from '#server/schema/request/request-list.ts'
import { MAXIMUM_TEXT } from '#server/services/request/input.ts'

const { InvalidInputError, ConflictError } = failures

const StartRequestApprovalInput = builder.inputType('StartRequestApprovalInput', {
  description: 'The requests. Give exactly one of ids and filter.',
  fields: (t) => ({
    ids: t.idList({
      description: 'The requests by id, at most 10000. One that does not wait for an operator fails.',
    }),
    filter: t.field({
      type: RequestFilter,
      description: 'All that match and wait for an operator, at most 10000; an empty filter matches all.',
    }),
    message: t.string({
      description: `A message to each organization, at most ${MAXIMUM_TEXT} characters. The audit log keeps it as the reason.`,
    }),
    dryRun: t.boolean({
      description:
        'Checks each request and changes nothing: each item says what would happen. False by default.',
    }),
  }),
})

type Input = typeof StartRequestApprovalInput.$inferInput

builder.mutationField('startRequestApproval', (t) =>
  t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts the approval of many requests, each as approveRequest does, in the version of the start. Follow the run with renewalProgress. One at a time.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError] },
    args: {
      input: t.arg({ type: StartRequestApprovalInput, required: true, description: 'The requests.' }),
    },
    resolve: async (_query, _root, { input }, context) => {
      const options = await approvalOptions(context.db, input, subjectsOf(input, context))
      const reason = input.message?.trim()
      const caller = { ...requireCaller(context), ...(reason ? { reason } : {}) }
      return context.runs.start(caller, 'REQUEST_APPROVAL', options)
    },
  }),
)

/** @throws InvalidInputError */
function subjectsOf({ ids, filter }: Input, { caller }: Context): ApprovalSubjects {
  requireOneOf({ ids, filter })
  if (ids) return { ids: ids.map((id) => ({ id, key: keyOrNull(id, 'Request') })) }
  return { filter: filter ?? {}, where: readFilter(filter, caller) }
}
