/** Starts the run that applies a plan. */
import type { Prisma, Run } from '#prisma/generated/client/client.ts'
import type { FilesPlan } from '#server/as-code/files-plan.ts'
import { recordOwned, releaseOthers } from '#server/as-code/ownership.ts'
import { ConflictError, InvalidInputError } from '#server/error/operation-error.ts'
import { requestError } from '#server/error/request-error.ts'
import { callerMay } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'
import { type PlanParameters, planItems } from '#server/jobs/kind/configuration.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Plan } from '#server/plan/plan.ts'
import { type Section, sectionsOf } from '#server/plan/section.ts'
import { shownStep } from '#server/plan/shown-step.ts'
import { MAXIMUM_COMMIT } from '#server/schema/configuration/file.ts'
import { type OperationContext, scopes } from '#server/schema/operation.ts'
import type { PlannedSource } from '#server/schema/plan/source.ts'
import { requireHome } from '#server/services/organization/home.ts'
import type { ProtectionSettings } from '#server/services/protection/operation.ts'
import { readProtection } from '#server/services/protection/settings.ts'

/** Steps that the audit log and the page of an approval show; the hash is about all. */
const SHOWN = 200

export type Start = {
  action:
    | 'applyPlan'
    | 'applyConfiguration'
    | 'startSubordinateChange'
    | 'importSubordinates'
    | 'promoteSubordinates'
    | 'startRequestApproval'
  /** The hash of the plan that was read; absent: any plan is applied. */
  known?: string | null | undefined
  commit?: string | undefined
  reason?: string | undefined
  dryRun: boolean
}

/** @throws ConflictError if the plan is another one now, InvalidInputError, GraphQLError FORBIDDEN */
export async function startPlan(
  context: OperationContext,
  { plan, files, source, about, left, isIndependent }: PlannedSource,
  { action, known, commit, reason, dryRun }: Start,
): Promise<Run> {
  if (known && known !== plan.hash)
    throw new ConflictError(
      files
        ? 'The files or the anchor changed since the plan was made. Make a new plan.'
        : 'The anchor changed since the plan was made. Make a new plan.',
      'plan',
    )
  if (commit && !isCommit(commit))
    throw new InvalidInputError(
      `A commit has 1 to ${MAXIMUM_COMMIT} letters, digits and characters of ._/-.`,
      'commit',
    )
  if (!dryRun)
    requireRights(
      context,
      plan.steps.map(({ section }) => section),
    )
  const homes = dryRun ? [] : await requireHomes(context, plan)
  // Of the others, a dry run has the keys, which its execution is about.
  if (!dryRun && action.startsWith('apply')) requireKeys(plan, await readProtection(context.db), source)
  const own = files ? ownSections(context, files) : []
  const taken = own.flatMap((section) => [...(files?.taken.get(section) ?? [])])
  const parameters: PlanParameters = {
    source,
    plan: plan.hash,
    ...about,
    ...(commit ? { commit } : {}),
    ...(reason ? { reason } : {}),
    ...(dryRun ? { dryRun } : {}),
    ...(isIndependent ? { isIndependent } : {}),
    ...(homes.length > 0 ? { homes } : {}),
    operations: [...new Set([...plan.operations, ...taken])].sort(),
    steps: plan.steps.slice(0, SHOWN).map(shownStep) as unknown as Prisma.InputJsonArray, // JSON of a source and of rows
  }
  const caller = { ...context.caller, ...(reason ? { reason } : {}) }
  return context.runs.start(caller, 'CONFIGURATION', {
    action,
    parameters,
    // Whoever read the plan knows what it leaves alone.
    items: planItems(plan.steps, known ? [] : left),
    async also(tx) {
      if (dryRun || !files) return
      const described = files.described.filter(({ section }) => own.includes(section))
      const at = context.now()
      await recordOwned(tx, described, { commit: commit || null, at })
      await releaseOthers(tx, { sets: files.sets, sections: own, at })
    },
  })
}

const isCommit = (text: string) => text.length <= MAXIMUM_COMMIT && /^[\w./-]+$/.test(text)

const ownSections = (context: OperationContext, { anchor }: FilesPlan): Section[] =>
  sectionsOf(anchor === null).filter((section) => missingRight(context, section) === undefined)

/** @throws GraphQLError FORBIDDEN */
export function requireRights(
  { caller }: Pick<OperationContext, 'caller'>,
  sections: readonly Section[],
): void {
  for (const section of new Set(sections)) {
    const missing = missingRight({ caller }, section)
    if (missing)
      throw requestError(
        'FORBIDDEN',
        `To change the ${kinds[section].noun}, your role must be able to ${missing}.`,
      )
  }
}

const missingRight = ({ caller }: Pick<OperationContext, 'caller'>, section: Section) =>
  rightsOf(section).find((scope) => !callerMay(caller, scope))

/** A right that depends on the input is one of an administrator. */
function rightsOf(section: Section): Scope[] {
  const names = Object.values(kinds[section].mutations).flat()
  return names.map((name) => (scopes.get(name) === 'operate' ? 'operate' : 'administer'))
}

/** The homes of the organizations that change, where the caller operates too. @throws AnchorAccessError */
async function requireHomes({ db, caller }: OperationContext, { steps }: Plan): Promise<string[]> {
  const changed = steps.filter(({ section, verb }) => section === 'organizations' && verb === 'CHANGE')
  if (changed.length === 0) return []
  const where = { name: { in: changed.map(({ key }) => key) } }
  const rows = await db.organization.findMany({ where, select: { name: true, homeSlug: true } })
  for (const row of rows) requireHome(caller, row)
  return [...new Set(rows.map(({ homeSlug }) => homeSlug))]
}

/** Two people agree on the keys of a new member, so the source must have them. @throws InvalidInputError */
function requireKeys(
  { steps }: Plan,
  { operations }: Pick<ProtectionSettings, 'operations'>,
  source: string,
): void {
  if (!operations.includes('MEMBERS')) return
  const open = steps.find(
    ({ section, verb, fields }) => section === 'members' && verb === 'CREATE' && !fields.jwks,
  )
  if (open)
    throw new InvalidInputError(
      `A second person approves the keys of new members. Add jwks to the member ${open.key}.`,
      source,
    )
}
