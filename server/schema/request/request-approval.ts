/** Starts the approval of many requests. */
import type { Caller } from '#server/identity/caller.ts'
import { type ApprovalSubjects, approvalOptions } from '#server/jobs/kind/request-approval.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { keyOrNull } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { RequestFilter, readFilter } from '#server/schema/request/request-list.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { MAXIMUM_TEXT } from '#server/services/request/input.ts'

const { InvalidInputError, ConflictError } = failures

const RequestSelection = builder.inputType('RequestSelectionInput', {
  description: 'The requests, in exactly one of these ways.',
  isOneOf: true,
  fields: (t) => ({
    ids: t.idList({ description: 'By id, at most 10000. One that does not wait for an operator fails.' }),
    filter: t.field({
      type: RequestFilter,
      description: 'All that match and wait for an operator, at most 10000; an empty filter matches all.',
    }),
  }),
})

operation('startRequestApproval', {
  describes:
    'Starts the approval of many requests, each as approveRequest does, in the version of the start. Follow the run with runProgress. One at a time.',
  scope: 'operate',
  input: {
    describes: 'The requests and what to say.',
    fields: (t) => ({
      requests: t.field({ type: RequestSelection, required: true, description: 'The requests.' }),
      message: t.string({
        description: `A message to each organization, at most ${MAXIMUM_TEXT} characters. The audit log keeps it as the reason.`,
      }),
      dryRun: t.boolean({
        description:
          'Checks each request and changes nothing: each item says what would happen. False by default.',
      }),
    }),
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError],
  async run(input, { db, runs, caller }) {
    const options = await approvalOptions(db, input, subjectsOf(input.requests, caller))
    const reason = input.message?.trim()
    return runs.start({ ...caller, ...(reason ? { reason } : {}) }, 'REQUEST_APPROVAL', options)
  },
})

function subjectsOf({ ids, filter }: typeof RequestSelection.$inferInput, caller: Caller): ApprovalSubjects {
  if (ids) return { ids: ids.map((id) => ({ id, key: keyOrNull(id, 'Request') })) }
  return { filter: filter ?? {}, where: readFilter(filter, caller) }
}
