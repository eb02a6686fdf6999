/** Executes the mutation of an approval in the schema, with the rights of the person who decides. */
import { execute, GraphQLError, type GraphQLResolveInfo, parse } from 'graphql'
import type { Approval } from '#prisma/generated/client/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'
import type { Execute } from '#server/services/protection/break-glass.ts'

/**
 * `work` executes the mutation once; `result` is then what it returned, as JSON. The decision counts as a recent sign-in.
 * @throws GraphQLError of the mutation, such as FORBIDDEN
 */
export function createExecution(context: Context, { schema }: GraphQLResolveInfo) {
  let result: unknown = null
  const work: Execute = async (approved, row) => {
    let failure: string | null = null
    const { data, errors } = await execute({
      schema,
      document: parse(row.document),
      variableValues: variablesOf(row),
      contextValue: {
        ...context,
        caller: deciding(approved, row, context.now()),
        call: {
          ...context.call,
          namedAnchor: row.namedAnchor ?? undefined,
          onFailure(mutation, found) {
            failure = found.message
            context.call.onFailure(mutation, found)
          },
        },
      } satisfies Context,
    })
    const [error] = errors ?? []
    if (error) throw error
    if (!data) throw new GraphQLError('The mutation returned nothing.')
    result = Object.values(data)[0]
    return { failure }
  }
  return { work, result: () => result }
}

/** An object, as the request had it. */
const variablesOf = ({ variables }: Approval) => variables as Record<string, unknown>

function deciding(caller: Caller, { id, requestedBy, reason }: Approval, now: Date): Caller {
  const origin = `Approval ${id} of ${requestedBy}.`
  return {
    ...caller,
    ...(caller.session ? { session: { ...caller.session, signedInAt: now } } : {}),
    reason: reason ? `${origin} ${reason}` : origin,
  }
}
