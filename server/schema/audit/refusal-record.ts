/** Records refused and failed mutations in the audit log. */
import { errorTypeMap } from '@pothos/plugin-errors'
import { GraphQLError, type GraphQLSchema } from 'graphql'
import { DatabaseRefusesError, OperationError } from '#server/error/operation-error.ts'
import { scopeOf } from '#server/schema/anchor-scope.ts'
import type { Context } from '#server/schema/context.ts'
import { isAuditAction } from '#server/services/audit/action.ts'
import { type Refusal, recordRefusal } from '#server/services/audit/refusals.ts'

/** Wraps mutations outside the plugins. Requests without credentials are not recorded, because they could fill the log. */
export function recordRefusals(schema: GraphQLSchema): GraphQLSchema {
  for (const [action, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field
    if (!resolve) continue
    if (!isAuditAction(action))
      throw new TypeError(`The mutation ${action} is missing from the audit actions.`)
    field.resolve = async (root, args, context: Context, info) => {
      const { caller } = context
      const record = async (failure: Failure | null) => {
        if (!caller || !failure) return
        const { db } = scopeOf(info, context)
        const isRecorded = recordRefusal(db, caller, { action, input: args.input, ...failure })
        // A database that is full or read-only cannot record that either; the caller gets the first reason.
        await isRecorded.catch((error: unknown) => {
          if (failure.code !== 'UNAVAILABLE' || !(error instanceof DatabaseRefusesError)) throw error
        })
      }
      try {
        const result: unknown = await resolve(root, args, context, info)
        const failure = failureOf(result)
        if (failure) context.call.onFailure(action, failure)
        await record(failure)
        return result
      } catch (error) {
        await record(failureOf(error))
        throw error
      }
    }
  }
  return schema
}

type Failure = Pick<Refusal, 'code' | 'message'>

/** The expected failure, whether returned or thrown; null for a success or an unexpected error. */
function failureOf(value: unknown): Failure | null {
  if (typeof value !== 'object' || value === null) return null
  // The errors plugin hides the class of a failure that it returns as a result, but keeps a map of them.
  if (value instanceof OperationError || errorTypeMap.has(value)) {
    const { code, message } = value as OperationError // the class of all declared errors
    return { code, message }
  }
  if (!(value instanceof GraphQLError) || typeof value.extensions.code !== 'string') return null
  if (value.extensions.approval !== undefined) return null // the request has an entry of its own
  return { code: value.extensions.code, message: value.message }
}
