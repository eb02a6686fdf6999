/** Applies configuration files. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { FileFaultsError } from '#server/as-code/fault.ts'
import { planFiles } from '#server/as-code/files-plan.ts'
import { recordOwned, releaseOthers } from '#server/as-code/ownership.ts'
import {
  ConflictError,
  InvalidInputError,
  ReauthenticationRequiredError,
} from '#server/error/operation-error.ts'
import { requestError } from '#server/error/request-error.ts'
import { callerMay } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'
import type { ConfigurationParameters } from '#server/jobs/kind/configuration.ts'
import type { RunItemInput } from '#server/jobs/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Plan } from '#server/plan/plan.ts'
import { type Section, sectionsOf } from '#server/plan/section.ts'
import { shownStep } from '#server/plan/shown-step.ts'
import { nameOfStep, type Step } from '#server/plan/step.ts'
import { ConfigurationFileInput, PRUNE } from '#server/schema/configuration/file.ts'
import { INSTALLATION, requireAdministrator } from '#server/schema/configuration/subject.ts'
import { requireRecentCaller } from '#server/schema/input.ts'
import { type OperationContext, operation, scopes } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { requireHome } from '#server/services/organization/home.ts'
import type { ProtectionSettings } from '#server/services/protection/operation.ts'
import { readProtection } from '#server/services/protection/settings.ts'

const MAXIMUM_COMMIT = 100
/** Steps that the audit log and the page of an approval show; the hash is about all. */
const SHOWN = 200

operation('applyConfiguration', {
  describes:
    'Starts a run that applies configuration files, with the checks of each mutation. If one object would be refused, nothing is changed. A run that did only a part, because the anchor or a member changed meanwhile, ends as PARTLY. It takes the rights of all mutations that it needs; a dry run, those of a viewer. Follow the run with runProgress.',
  input: {
    describes: 'The files and their plan.',
    fields: (t) => ({
      files: t.field({
        type: [ConfigurationFileInput],
        required: true,
        description: 'The files of the anchor or the installation. What none of them names is not touched.',
      }),
      installation: t.boolean({ description: `${INSTALLATION} A session must be recent.` }),
      plan: t.string({
        description:
          'The hash of the plan that was read. If the files or the anchor changed since, nothing is done; by default they may have changed.',
      }),
      prune: t.boolean({ description: PRUNE }),
      commit: t.string({
        description: `The commit of the files, at most ${MAXIMUM_COMMIT} characters. The audit entry of each object names it.`,
      }),
      dryRun: t.boolean({
        description: 'Changes nothing: each item says what would happen. False by default.',
      }),
    }),
  },
  scope: async (_root, { input }) => (input.dryRun ? { read: true } : { operate: true }),
  result: RunRef,
  errors: [InvalidInputError, ConflictError, ReauthenticationRequiredError],
  async run({ files, installation, plan: known, prune, commit, dryRun }, context, { schema }) {
    const isOfInstallation = installation ?? false
    if (isOfInstallation) {
      requireAdministrator(context)
      requireRecentCaller(context)
    }
    if (commit && !isCommit(commit))
      throw new InvalidInputError(
        `A commit has 1 to ${MAXIMUM_COMMIT} letters, digits and characters of ._/-.`,
        'commit',
      )
    const options = { prune: prune ?? false, isOfInstallation }
    const plan = await planFiles({ ...context, schema }, files, options).catch(throwFirst)
    if (known && known !== plan.hash)
      throw new ConflictError(
        'The files or the anchor changed since the plan was made. Make a new plan.',
        'plan',
      )
    if (!dryRun) requireRights(context, plan)
    const homes = dryRun ? [] : await requireHomes(context, plan)
    const own = sectionsOf(isOfInstallation).filter((section) => missingRight(context, section) === undefined)
    const operations = new Set([
      ...plan.operations,
      ...own.flatMap((section) => [...(plan.taken.get(section) ?? [])]),
    ])
    if (!dryRun) requireKeys(plan, await readProtection(context.db))
    return context.runs.start(context.caller, 'CONFIGURATION', {
      parameters: parametersOf(plan, {
        ...(commit ? { commit } : {}),
        ...{ dryRun: dryRun ?? false, homes, operations: [...operations].sort() },
      }),
      items: plan.steps.map(itemOf),
      async also(tx) {
        if (dryRun) return
        const described = plan.described.filter(({ section }) => own.includes(section))
        const at = context.now()
        await recordOwned(tx, described, { commit: commit || null, at })
        await releaseOthers(tx, { sets: plan.sets, sections: own, at })
      },
    })
  },
})

const isCommit = (text: string) => text.length <= MAXIMUM_COMMIT && /^[\w./-]+$/.test(text)

function throwFirst(error: unknown): never {
  if (!(error instanceof FileFaultsError)) throw error
  const [first] = error.faults
  if (!first) throw error
  const { file, line, column, message } = first
  throw new InvalidInputError(`${file}, line ${line}, column ${column}: ${message}`, 'files')
}

/** @throws GraphQLError FORBIDDEN */
function requireRights({ caller }: OperationContext, { steps }: Plan): void {
  for (const section of new Set(steps.map((step) => step.section))) {
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

/** The homes of the organizations that change, where the caller operates too. @throws AnchorAccessError */
async function requireHomes({ db, caller }: OperationContext, { steps }: Plan): Promise<string[]> {
  const changed = steps.filter(({ section, verb }) => section === 'organizations' && verb === 'CHANGE')
  if (changed.length === 0) return []
  const where = { name: { in: changed.map(({ key }) => key) } }
  const rows = await db.organization.findMany({ where, select: { name: true, homeSlug: true } })
  for (const row of rows) requireHome(caller, row)
  return [...new Set(rows.map(({ homeSlug }) => homeSlug))]
}

/**
 * Two people agree on the keys of a new member, so the file must have them. @throws InvalidInputError
 */
function requireKeys({ steps }: Plan, { operations }: Pick<ProtectionSettings, 'operations'>): void {
  if (!operations.includes('MEMBERS')) return
  const open = steps.find(
    ({ section, verb, fields }) => section === 'members' && verb === 'CREATE' && !fields.jwks,
  )
  if (open)
    throw new InvalidInputError(
      `A second person approves the keys of new members. Add jwks to the member ${open.key}.`,
      'files',
    )
}

/** A right that depends on the input is one of an administrator. */
function rightsOf(section: Section): Scope[] {
  const names = Object.values(kinds[section].mutations).flat()
  return names.map((name) => (scopes.get(name) === 'operate' ? 'operate' : 'administer'))
}

function parametersOf(
  { hash, steps }: Plan,
  { commit, dryRun, homes, operations }: Omit<ConfigurationParameters, 'plan' | 'steps'>,
): Prisma.InputJsonObject {
  const shown = steps.slice(0, SHOWN).map(shownStep)
  const parameters: ConfigurationParameters = {
    plan: hash,
    ...(commit === undefined ? {} : { commit }),
    ...(dryRun ? { dryRun } : {}),
    ...(homes && homes.length > 0 ? { homes } : {}),
    operations,
    steps: shown as unknown as Prisma.InputJsonArray, // JSON of the files and of rows
  }
  return parameters
}

function itemOf(step: Step): RunItemInput {
  return {
    key: nameOfStep(step),
    resource: shownStep(step).key || kinds[step.section].noun,
    input: step as unknown as Prisma.InputJsonObject, // JSON of the files and of rows
  }
}
