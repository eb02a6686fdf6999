/** The plan that waits for approval, made again from its source. */
import {
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
} from 'graphql'
import type { Approval } from '#prisma/generated/client/client.ts'
import { anchorsOf } from '#server/anchors/access.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import { requestError } from '#server/error/request-error.ts'
import { callerMay, inInstallation } from '#server/identity/caller.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { PlanRef, planned } from '#server/schema/plan/plan.ts'
import type { PlanSource } from '#server/schema/plan/source.ts'

builder.prismaObjectField('Approval', 'configurationPlan', (t) =>
  t.field({
    type: PlanRef,
    nullable: true,
    description:
      'The plan that it applies, as it would be now. An approval of a plan with another hash than the one in its `effect` changes nothing. It is made at each request, for one approval at a time. Null: it applies no plan, has ended, or the viewer may not read its anchor.',
    resolve(row, _args, context, info) {
      if (!isOfPlan(row.mutation) || context.installation.approvals.stateOf(row) !== 'OPEN') return null
      requireAlone(info)
      const input = inputOf(row, info.schema)
      const anchor = input && findAnchor(context, row, input)
      if (!anchor) return null
      const scope = contextOf(context, anchor)
      scopeField(info, scope)
      const { installation, ...given } = input
      const source = 'source' in given ? given.source : { files: given }
      return planned(scope, info.schema, source, installation ?? false)
    },
  }),
)

const isOfPlan = (mutation: string) => ['applyPlan', 'applyConfiguration'].includes(mutation)

/** Of either mutation. */
type PlanInput = { installation?: boolean | null } & (
  | { source: PlanSource }
  | NonNullable<PlanSource['files']>
)

/** That the viewer may read; for the installation, the first one, for its administrators. */
function findAnchor(context: Context, row: Approval, { installation }: PlanInput): Anchor | undefined {
  const { anchors, caller } = context
  if (!installation) return anchorsOf(context).find(({ slug }) => slug === row.anchor)
  return caller && callerMay(inInstallation(caller), 'administer') ? anchors.first : undefined
}

/** A plan takes seconds where there are many members. @throws GraphQLError BAD_USER_INPUT */
function requireAlone({ path }: GraphQLResolveInfo): void {
  for (let at: typeof path | undefined = path; at; at = at.prev)
    if (typeof at.key === 'number')
      throw requestError('BAD_USER_INPUT', 'Ask for the plan of one approval at a time, with `node`.')
}

/** From the variables, or from the document. */
function inputOf({ mutation, document, variables }: Approval, schema: GraphQLSchema): PlanInput | null {
  const field = schema.getMutationType()?.getFields()[mutation]
  const operation = getOperationAST(parse(document))
  const [node] = operation?.selectionSet.selections ?? []
  if (!field || node?.kind !== Kind.FIELD) return null
  const sent = variables as Record<string, unknown> // an object, as the request had it
  const values = getVariableValues(schema, operation?.variableDefinitions ?? [], sent)
  if (!values.variableValues) return null
  // The type of the mutation’s input has these fields.
  return getArgumentValues(field, node, values.variableValues).input as PlanInput
}
