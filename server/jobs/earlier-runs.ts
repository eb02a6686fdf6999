/** Runs that version 0.2 began: what is left of each becomes a plan. From 2027-05-31 on there is none any more. */
import type { Prisma, Run, RunItem } from '#prisma/generated/client/client.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { type Caller, runCaller } from '#server/identity/caller.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { type PlanParameters, planItems } from '#server/jobs/kind/configuration.ts'
import { addItems } from '#server/jobs/runs.ts'
import { comparePlan, type Source } from '#server/plan/plan.ts'
import { fromList } from '#server/plan/source/list.ts'
import { fromRequests } from '#server/plan/source/requests.ts'
import { type ChangeAction, fromSelection, type SelectionSource } from '#server/plan/source/selection.ts'
import type { Wanted } from '#server/plan/wanted.ts'
import type { RegisterInput } from '#server/services/subordinate/input.ts'

type Change = Omit<SelectionSource, 'action' | 'where' | 'named'> & {
  action: ChangeAction | 'RENEW'
  /** Those that it was to change, where the run had no items yet. */
  where?: Prisma.SubordinateWhereInput
}
/** `message`: for the organizations. */
type Parameters = { dryRun?: boolean; reason?: string; message?: string } & Partial<Change>

const sources = {
  IMPORT: 'list',
  PROMOTION: 'list',
  SUBORDINATE_CHANGE: 'selection',
  REQUEST_APPROVAL: 'requests',
} as const
type Kind = keyof typeof sources

/** The run as this version executes it; null: it could not be, and has ended. */
export async function toPresentKind(context: RunContext, run: Run): Promise<Run | null> {
  if (!Object.hasOwn(sources, run.kind)) return run
  const kind = run.kind as Kind // as just checked
  const { db } = context
  const { dryRun, message, reason = message, ...change } = run.parameters as Parameters // as 0.2 wrote them
  const items = await db.runItem.findMany({ where: { runId: run.id, ok: null }, orderBy: { id: 'asc' } })
  try {
    if (change.action === 'RENEW') return await renewing(context, run, change)
    const caller = runCaller(run)
    const source = await sourceOf({ ...context, caller }, kind, change as Change, {
      items,
      isNew: run.total === null,
    })
    const { steps, warnings, operations, hash } = await comparePlan({ ...context, caller }, source)
    const parameters: PlanParameters = {
      ...{ source: sources[kind], plan: hash },
      ...(change.action ? { action: change.action } : {}),
      ...(dryRun ? { dryRun } : {}),
      ...(reason ? { reason } : {}),
      ...{ isIndependent: true, operations: [...operations], steps: [] },
    }
    return await db.$transaction(async (tx) => {
      await tx.runItem.deleteMany({ where: { runId: run.id, ok: null } })
      await addItems(tx, run.id, planItems(steps, warnings))
      const total = await tx.runItem.count({ where: { runId: run.id } })
      return tx.run.update({ where: { id: run.id }, data: { kind: 'CONFIGURATION', parameters, total } })
    })
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    const data = { state: 'FAILED', error: error.message, endedAt: context.now() }
    await db.run.update({ where: { id: run.id }, data })
    return null
  }
}

type Left = { items: readonly RunItem[]; isNew: boolean }

function sourceOf(
  context: RunContext & { caller: Caller },
  kind: Kind,
  change: Change,
  { items, isNew }: Left,
): Promise<Source> {
  if (kind === 'SUBORDINATE_CHANGE') return selected(context, change, isNew ? null : items)
  if (kind !== 'REQUEST_APPROVAL') return listed(context, items)
  const ids = items.map(({ key, resource, input }) => ({
    id: resource,
    key: key === '' ? null : Number(key),
    ...(input as { version?: number } | null), // as 0.2 wrote it
  }))
  return fromRequests({ ...sourceContext(context), caller: context.caller }, { ids })
}

/** `items` is null where the run had none yet. @throws InvalidInputError, NotFoundError */
function selected(
  context: RunContext,
  { where = {}, action, ...change }: Change,
  items: readonly RunItem[] | null,
): Promise<Source> {
  const named = items?.map(({ resource }) => resource)
  return fromSelection(sourceContext(context), {
    ...{ ...change, action: action as ChangeAction, where },
    ...(named ? { named, where: { entityId: { in: named } } } : {}),
  })
}

/** Members, after the Trust Mark types of a promotion. @throws InvalidInputError */
async function listed(context: RunContext, items: readonly RunItem[]): Promise<Source> {
  const inputs = items.map(({ input }) => input as { type?: Wanted['wanted']; entityId?: string }) // as 0.2 wrote them
  const types = inputs.flatMap(({ type }): Wanted[] =>
    type ? [{ section: 'trustMarkTypes', key: String(type.type), isNew: true, wanted: type }] : [],
  )
  const members = inputs.filter(({ entityId }) => entityId !== undefined) as RegisterInput[]
  const source = await fromList(sourceContext(context), { subordinates: members })
  const objects = new Map(source.objects)
  objects.set('trustMarkTypes', new Map(types.map((type) => [type.key, type])))
  return { ...source, objects }
}

async function renewing({ db }: RunContext, run: Run, { where }: Partial<Change>): Promise<Run> {
  return db.$transaction(async (tx) => {
    if (run.total === null) {
      const rows = await tx.subordinate.findMany({ where: where ?? {}, select: { id: true, entityId: true } })
      await addItems(
        tx,
        run.id,
        rows.map(({ id, entityId }) => ({ key: String(id), resource: entityId })),
      )
    }
    const total = await tx.runItem.count({ where: { runId: run.id } })
    return tx.run.update({ where: { id: run.id }, data: { kind: 'SUBORDINATES', total } })
  })
}

const sourceContext = (context: RunContext) => ({ ...context, checkCron: context.scheduleChanges.check })
