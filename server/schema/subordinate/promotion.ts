/** The mutation that promotes subordinates from one anchor to another. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { startPromotion } from '#server/anchors/transfer.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { contextWith } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { locateId } from '#server/schema/global-id.ts'
import { keyOrNull, requireCaller } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { subordinateCondition } from '#server/schema/subordinate/subordinate-list.ts'
import { SubordinateSelection } from '#server/schema/subordinate/subordinate-selection.ts'

const { ConflictError } = failures

operation('promoteSubordinates', {
  describes:
    'Starts a run that registers subordinates of one anchor in another one, with policy, constraints, note and tags, after the Trust Mark types that they hold or require. Each is examined again for the anchor that it comes to. Follow the run with runProgress.',
  scope: 'known',
  ofInstallation: true,
  input: {
    describes: 'The subordinates and both anchors.',
    fields: (t) => ({
      from: t.string({
        required: true,
        description: 'The anchor that has them, by slug or Entity Identifier.',
      }),
      to: t.string({ required: true, description: 'The anchor that they come to.' }),
      subordinates: t.field({
        type: SubordinateSelection,
        required: true,
        description: 'The subordinates, at most 10000.',
      }),
      dryRun: t.boolean({
        description: 'Registers nothing: each item says what would happen. False by default.',
      }),
    }),
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError],
  async run(input, context, info) {
    const from = contextWith('read', context, input.from)
    const to = contextWith('operate', context, input.to)
    if (from.slug === to.slug) throw new InvalidInputError('Name two anchors.', 'to')
    const where = await conditionOf(input.subordinates, from)
    const run = await startPromotion(requireCaller(to), from, to, where, { dryRun: input.dryRun ?? false })
    scopeField(info, to)
    return run
  },
})

async function conditionOf(
  { ids, entityIds, filter }: typeof SubordinateSelection.$inferInput,
  from: Context,
): Promise<Prisma.SubordinateWhereInput> {
  if (entityIds) return { entityId: { in: entityIds } }
  if (!ids) return subordinateCondition(filter ?? {}, from)
  const keys = ids.flatMap((id) => {
    const located = locateId(id)
    return located?.anchor === from.slug ? (keyOrNull(located.id, 'Subordinate') ?? []) : []
  })
  return { id: { in: keys } }
}
