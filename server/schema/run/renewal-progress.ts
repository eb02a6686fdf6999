/** The subscriptions that tell how runs go on. */
import { followRun, followRuns, type Progress } from '#server/jobs/progress.ts'
import { builder } from '#server/schema/builder.ts'
import { keyOrNull } from '#server/schema/input.ts'

const RenewalProgress = builder.objectRef<Progress>('RenewalProgress').implement({
  description: 'How far a run is, with an item that it finished.',
  authScopes: { read: true },
  fields: (t) => ({
    run: t.prismaField({
      type: 'RenewalRun',
      description: 'The run as it was read together with the item.',
      resolve: (_query, { run }) => run,
    }),
    item: t.prismaField({
      type: 'RenewalRunItem',
      nullable: true,
      description: 'The item; null when only the state of the run is told.',
      resolve: (_query, { item }) => item,
    }),
  }),
})

builder.subscriptionFields((t) => ({
  renewalProgress: t.field({
    type: RenewalProgress,
    description:
      'A run as it goes on, whichever process works on it: first its present state, then each finished item once and in order and each other change, at last its end.',
    authScopes: { read: true },
    args: {
      runId: t.arg.id({ required: true, description: 'The run’s id.' }),
      after: t.arg.int({
        description:
          'The `sequence` of the last item that was seen: those after it come first. When absent, the latest thousand that were finished before.',
      }),
    },
    subscribe: (_root, { runId, after }, context) =>
      followRun(context, keyOrNull(runId, 'RenewalRun') ?? 0, after ?? undefined),
    resolve: (progress) => progress,
  }),
  runsChanged: t.prismaField({
    type: 'RenewalRun',
    description:
      'First the runs that are queued or at work, then each run when its state changes, and every few seconds while it is at work.',
    authScopes: { read: true },
    subscribe: (_root, _args, context) => followRuns(context),
    resolve: (_query, run) => run,
  }),
}))
