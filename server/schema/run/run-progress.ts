/** The subscriptions to the progress of runs. */
import { NotFoundError } from '#server/error/operation-error.ts'
import { followRun, followRuns, type Progress } from '#server/jobs/progress.ts'
import { builder } from '#server/schema/builder.ts'
import { keyOrNull } from '#server/schema/input.ts'

const RunProgress = builder.objectRef<Progress>('RunProgress').implement({
  description: 'The progress of a run, with a finished item.',
  authScopes: { read: true },
  fields: (t) => ({
    run: t.prismaField({
      type: 'Run',
      description: 'The run, read together with the item.',
      resolve: (_query, { run }) => run,
    }),
    item: t.prismaField({
      type: 'RunItem',
      nullable: true,
      description: 'The finished item; null if only the state of the run changed.',
      resolve: (_query, { item }) => item,
    }),
  }),
})

builder.subscriptionFields((t) => ({
  runProgress: t.field({
    type: RunProgress,
    description:
      'The progress of a run in any process: first its current state, then each finished item once and in order and each other change, finally its end.',
    authScopes: { read: true },
    args: {
      runId: t.arg.id({ required: true, description: 'The run’s id.' }),
      after: t.arg.int({
        description:
          'The `sequence` of the last item seen: the stream starts after it. By default it starts with the latest thousand finished items.',
      }),
    },
    subscribe: async (_root, { runId, after }, context) => {
      const id = keyOrNull(runId, 'Run') ?? 0
      const run = await context.db.run.findUnique({ where: { id }, select: { id: true } })
      if (!run) throw new NotFoundError('There is no run with this id.', 'runId')
      return followRun(context.anchor, id, after ?? undefined)
    },
    resolve: (progress) => progress,
  }),
  runsChanged: t.prismaField({
    type: 'Run',
    description:
      'First the queued and running runs, then each run when its state changes, and every few seconds while it runs.',
    authScopes: { read: true },
    subscribe: (_root, _args, context) => followRuns(context.anchor),
    resolve: (_query, run) => run,
  }),
}))
