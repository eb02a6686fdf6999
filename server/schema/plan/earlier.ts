/** The mutations of 0.2 about many objects: each makes a source, whose plan is applied as it is at that moment. */
import type { GraphQLResolveInfo } from 'graphql'
import { getMember, isJsonObject } from '#core/json.ts'
import type { Run } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Section } from '#server/plan/section.ts'
import { requireFitting } from '#server/plan/source/selection.ts'
import { stepNamed } from '#server/plan/step.ts'
import { contextWith } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'
import { type OperationContext, operation } from '#server/schema/operation.ts'
import { throwFirst } from '#server/schema/plan/plan.ts'
import { type PlanSource, planSource } from '#server/schema/plan/source.ts'
import { requireRights, type Start, startPlan } from '#server/schema/plan/start.ts'
import { RequestSelection } from '#server/schema/request/request-list.ts'
import { renewChosen } from '#server/schema/run/renewal.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { SubordinateAction } from '#server/schema/run/subordinate-action.ts'
import { changeInputs } from '#server/schema/subordinate/subordinate-change.ts'
import { RegisterSubordinateInput } from '#server/schema/subordinate/subordinate-mutations.ts'
import { SubordinateSelection } from '#server/schema/subordinate/subordinate-selection.ts'
import { parseReason } from '#server/services/reason.ts'
import { MAXIMUM_TEXT, parseText } from '#server/services/request/input.ts'

async function startSource(
  context: OperationContext,
  { schema }: GraphQLResolveInfo,
  source: PlanSource,
  { dryRun, ...start }: Omit<Start, 'dryRun'> & { dryRun?: boolean | null | undefined },
): Promise<Run> {
  const planned = await planSource(context, schema, source, false).catch(throwFirst)
  return startPlan(context, planned, { ...start, dryRun: dryRun ?? false })
}

operation('startSubordinateChange', {
  describes:
    'Starts a change of many subordinates, each independently and with the checks of its own mutation. Follow the run with runProgress. One at a time.',
  deprecated:
    'Use applyPlan with a selection, and startRenewal with subordinates. It stays until 2027-05-31.',
  scope: 'operate',
  input: {
    describes: 'The change and the subordinates.',
    fields: (t) => ({
      action: t.field({ type: SubordinateAction, required: true, description: 'What to do.' }),
      subordinates: t.field({
        type: SubordinateSelection,
        required: true,
        description: 'The subordinates, at most 100000.',
      }),
      dryRun: t.boolean({
        description: 'Changes nothing: each item says what would happen. False by default.',
      }),
      reason: t.string({
        description: 'Why, at most 1000 characters. The audit log and revoked marks keep it.',
      }),
      ...changeInputs(t),
    }),
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run({ action, subordinates, dryRun, reason: given, ...change }, context, info) {
    const reason = parseReason(given)
    if (action !== 'RENEW') {
      const selection = { ...change, action, subordinates }
      return startSource(context, info, { selection }, { action: 'startSubordinateChange', reason, dryRun })
    }
    requireFitting({ ...change, action, revokesMarks: change.revokeTrustMarks })
    return renewChosen(context, subordinates, { action: 'startSubordinateChange', reason, dryRun })
  },
})

operation('importSubordinates', {
  describes: 'Starts to register a list of entities, each independently. Follow the run with runProgress.',
  deprecated: 'Use applyPlan with a list. It stays until 2027-05-31.',
  scope: 'operate',
  input: {
    describes: 'The entities to register.',
    fields: (t) => ({
      subordinates: t.field({
        type: [RegisterSubordinateInput],
        description:
          'The entities, each with the fields of registerSubordinate. An entity that is named twice is registered once.',
      }),
      lines: t.stringList({
        description:
          'Further entities by their identifiers as written. A line that is no Entity Identifier fails with the reason.',
      }),
      dryRun: t.boolean({
        description: 'Checks each entity and registers none. False by default.',
      }),
    }),
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError],
  run: ({ dryRun, ...list }, context, info) =>
    startSource(context, info, { list }, { action: 'importSubordinates', dryRun }),
})

operation('promoteSubordinates', {
  describes:
    'Starts a run that registers subordinates of one anchor in another one, with policy, constraints, note and tags, after the Trust Mark types that they hold or require. Each is examined again for the anchor that it comes to. Follow the run with runProgress.',
  deprecated: 'Use applyPlan with a promotion, in the anchor that they come to. It stays until 2027-05-31.',
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
  async run({ from: name, to, subordinates, dryRun }, context, info) {
    const from = contextWith('read', context, name)
    const target = contextWith('operate', context, to)
    if (from.slug === target.slug) throw new InvalidInputError('Name two anchors.', 'to')
    const source = { promotion: { from: name, subordinates } }
    const caller = requireCaller(target)
    const run = await startSource({ ...target, caller }, info, source, {
      action: 'promoteSubordinates',
      dryRun,
    })
    scopeField(info, target)
    return run
  },
})

operation('startRequestApproval', {
  describes:
    'Starts the approval of many requests, each as approveRequest does, in the version of the start. Follow the run with runProgress. One at a time.',
  deprecated: 'Use applyPlan with requests. It stays until 2027-05-31.',
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
  run({ requests, message, dryRun }, context, info) {
    const reason = parseText(message, 'message') ?? undefined
    return startSource(context, info, { requests }, { action: 'startRequestApproval', reason, dryRun })
  },
})

operation('executeDryRun', {
  describes:
    'Starts a run that does what a dry run said, to exactly the objects that it named. An object for which that would be something else now fails. A change of many that a second person must approve can be asked for with this, or with applyPlan.',
  deprecated: 'Use applyPlan with the hash of the plan, or startRenewal. It stays until 2027-05-31.',
  scope: 'operate',
  input: {
    describes: 'The dry run to execute.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of a dry run that has succeeded.' }),
      reason: t.string({
        description: 'Why, at most 1000 characters. The audit log and revoked marks keep it.',
      }),
    }),
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  async run(input, context) {
    const reason = parseReason(input.reason)
    const id = nodeId(input.id, 'Run')
    await requireRightsOf(context, id)
    return context.runs.executeDryRun({ ...context.caller, ...(reason ? { reason } : {}) }, id, reason)
  },
})

/** Whoever may read an anchor may make a dry run of each plan. @throws ConflictError, GraphQLError FORBIDDEN */
async function requireRightsOf(context: OperationContext, id: number): Promise<void> {
  const run = await context.db.run.findUnique({ where: { id }, select: { kind: true, parameters: true } })
  if (run?.kind !== 'CONFIGURATION' || !isJsonObject(run.parameters)) return
  if ((getMember(run.parameters, 'source') ?? 'files') === 'files')
    throw new ConflictError('Files are applied with applyPlan, which records what they own.', 'id')
  const sections = await sectionsOfRun(context.db, id)
  if (sections === null) throw new ConflictError('An earlier version made this dry run. Make it again.', 'id')
  requireRights(context, sections)
}

/** Null: it has items that are no steps. */
async function sectionsOfRun(db: Database, runId: number): Promise<Section[] | null> {
  const where = { runId, ok: true, skipped: false }
  const items = await db.runItem.findMany({ where, distinct: ['key'], select: { key: true } })
  const steps = items.map(({ key }) => stepNamed(key))
  const known = steps.filter((step) => step !== null)
  return known.length === steps.length ? known.map(({ section }) => section) : null
}
