/** The mutation that promotes subordinates from one anchor to another. */
import { startPromotion } from '#server/anchors/promotion.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { contextWith } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { locateId } from '#server/schema/global-id.ts'
import { keyOrNull, requireCaller, requireOneOf } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { SubordinateFilter, subordinateCondition } from '#server/schema/subordinate/subordinate-list.ts'

const { ConflictError } = failures

operation('promoteSubordinates', {
  describes:
    'Starts a run that registers subordinates of one anchor in another one, with policy, constraints, note and tags, after the Trust Mark types that they hold or require. Each is examined again for the anchor that it comes to. Follow the run with runProgress.',
  scope: 'known',
  ofInstallation: true,
  input: {
    describes: 'The subordinates and both anchors. Give exactly one of ids and filter.',
    fields: (t) => ({
      from: t.string({
        required: true,
        description: 'The anchor that has them, by slug or Entity Identifier.',
      }),
      to: t.string({ required: true, description: 'The anchor that they come to.' }),
      ids: t.idList({ description: 'The subordinates by id, at most 10000.' }),
      filter: t.field({
        type: SubordinateFilter,
        description:
          'All subordinates that match, as in the list; at most 10000. An empty filter matches all.',
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
    const where = await conditionOf(input, from)
    const run = await startPromotion(requireCaller(to), from, to, where, { dryRun: input.dryRun ?? false })
    scopeField(info, to)
    return run
  },
})

type Chosen = {
  ids?: readonly string[] | null | undefined
  filter?: typeof SubordinateFilter.$inferInput | null | undefined
}

/** @throws InvalidInputError */
async function conditionOf({ ids, filter }: Chosen, from: Context) {
  requireOneOf({ ids, filter })
  if (!ids) return subordinateCondition(filter ?? {}, from)
  const keys = ids.flatMap((id) => {
    const located = locateId(id)
    return located?.anchor === from.slug ? (keyOrNull(located.id, 'Subordinate') ?? []) : []
  })
  return { id: { in: keys } }
}
