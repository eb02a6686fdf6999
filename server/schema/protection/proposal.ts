/** Turns a mutation that was refused because it is protected into an approval. */
import { type GraphQLError, type GraphQLResolveInfo, type GraphQLSchema, Kind, print } from 'graphql'
import type { YogaInitialContext } from 'graphql-yoga'
import { ConflictError } from '#server/error/operation-error.ts'
import { requestError } from '#server/error/request-error.ts'
import type { Context } from '#server/schema/context.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { type AuditAction, auditActions } from '#server/services/audit/action.ts'
import { ApprovalRequiredError } from '#server/services/protection/approval.ts'
import type { SentMutation } from '#server/services/protection/proposal.ts'

/** Wraps mutations outside the plugins. What a resolver threw was rolled back. */
export function proposeChanges(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field
    if (!resolve) continue
    const isOfInstallation = field.extensions.ofInstallation === true
    field.resolve = async (root, args, context: Context, info) => {
      try {
        return await resolve(root, args, context, info)
      } catch (error) {
        if (!(error instanceof ApprovalRequiredError)) throw error
        const anchor = isOfInstallation || saysInstallation(args) ? null : context.slug
        const sent = cannotWait(error, args) ?? sentMutation(context, info, anchor)
        throw await propose(error, context, sent, anchor)
      }
    }
  }
  return schema
}

/** Starts of runs whose effect lists what the run does. */
const listing: readonly AuditAction[] = ['executeDryRun', 'applyPlan', 'applyConfiguration']

const NO_LIST =
  'Read its plan with plan, then use applyPlan: the second person approves exactly what it lists.'
const NO_PASSWORD =
  'A password cannot be kept until then. Create the user without one: the invitation is a link. A user who has lost the password is removed and invited again.'

/** Why the change cannot be asked for in this way, as a sentence. */
function cannotWait(
  { changed: { action } }: ApprovalRequiredError,
  args: Record<string, unknown>,
): string | null {
  if (auditActions[action] === 'Run' && !listing.includes(action)) return NO_LIST
  return hasPassword(args) ? NO_PASSWORD : null
}

/** `sent`: a sentence if it cannot be executed later. */
async function propose(
  error: ApprovalRequiredError,
  context: Context,
  sent: SentMutation | string,
  anchor: string | null,
): Promise<GraphQLError> {
  const { caller } = context
  const { operations } = error
  const refusal = (sentence: string, further: object = {}) =>
    requestError(error.code, `A second person must approve this change. ${sentence}`, {
      operations,
      ...further,
    })
  if (!caller) return refusal('')
  if (typeof sent === 'string') return refusal(sent)
  const row = await context.installation.approvals
    .create(caller, anchor, sent, error)
    .catch((failure: unknown) => {
      if (!(failure instanceof ConflictError)) throw failure
      return failure.message
    })
  if (typeof row === 'string') return refusal(row)
  return refusal(`It waits until ${row.expiresAt.toISOString()}, as approval ${row.id}.`, {
    approval: encodeNodeId('Approval', row.id, context.anchor),
  })
}

/** The request as it was sent; a sentence if it cannot be executed later. */
function sentMutation(
  context: Context,
  info: GraphQLResolveInfo,
  anchor: string | null,
): SentMutation | string {
  const { operation, fragments, fieldName } = info
  const [field, ...others] = operation.selectionSet.selections
  if (field?.kind !== Kind.FIELD || others.length > 0) return 'Send this mutation in a request of its own.'
  const definitions = [operation, ...Object.values(fragments)]
  return {
    mutation: fieldName,
    document: print({ kind: Kind.DOCUMENT, definitions }),
    variables: variablesOf(context),
    // A person with one anchor names none; the approver may have several.
    namedAnchor: context.call.namedAnchor ?? anchor,
  }
}

/** As sent, before the schema read them: enums and times are still text. */
function variablesOf(context: Context): Record<string, unknown> {
  const { params } = context as Context & Partial<YogaInitialContext> // of Yoga
  return params?.variables ?? {}
}

/** A mutation about the installation this time. */
function saysInstallation({ input }: Record<string, unknown>): boolean {
  return typeof input === 'object' && input !== null && 'installation' in input && input.installation === true
}

function hasPassword({ input }: Record<string, unknown>): boolean {
  return typeof input === 'object' && input !== null && 'password' in input
}
