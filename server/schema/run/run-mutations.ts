/** The mutations that start and cancel runs. */
import { reissueParameters } from '#server/jobs/kind/trust-marks.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'

const { ConflictError, NotFoundError } = failures

operation('reissueTrustMarks', {
  describes:
    'Starts to re-sign Trust Marks with the current key; each keeps its expiry. Previous JWTs keep their status until they expire. Marks signed by a key revoked as compromised are invalid at once.',
  scope: 'operate',
  input: {
    describes: 'The marks to re-sign; all by default.',
    isOptional: true,
    fields: (t) => ({
      trustMarkType: t.field({ type: 'URL', description: 'Only marks of this type; all by default.' }),
    }),
  },
  result: RunRef,
  errors: [ConflictError, NotFoundError],
  async run({ trustMarkType }, { db, runs, caller }) {
    const parameters = await reissueParameters(db, trustMarkType)
    return runs.start(caller, 'REISSUE_TRUST_MARKS', { parameters })
  },
})

operation('startCollectionWalk', {
  describes: 'Starts a crawl of the federation. The collection is replaced when the crawl succeeds.',
  scope: 'operate',
  result: RunRef,
  errors: [ConflictError],
  run: (_input, { runs, caller }) => runs.start(caller, 'COLLECTION'),
})

operation('startRebuild', {
  describes: 'Starts to republish everything, like rebuildPublication, without waiting for it.',
  scope: 'administer',
  result: RunRef,
  errors: [ConflictError],
  run: (_input, { runs, caller }) => runs.start(caller, 'REBUILD'),
})

operation('startEvaluation', {
  describes:
    'Starts to evaluate every subordinate, and every entity below an Intermediate from the last crawl, under the present policy and constraints. Each change of them starts it too.',
  scope: 'operate',
  result: RunRef,
  errors: [ConflictError],
  run: (_input, { runs, caller }) => runs.start(caller, 'EVALUATION'),
})

operation('cancelRun', {
  describes: 'Cancels a run after its current items. Finished items stay.',
  scope: 'operate',
  input: byId('run', 'The run to cancel.'),
  result: RunRef,
  errors: [ConflictError, NotFoundError],
  run: (input, { runs, caller }) => runs.cancel(caller, nodeId(input.id, 'Run')),
})
