/** Where a plan comes from, as the API takes it. */
import type { GraphQLSchema } from 'graphql'
import { type FilesPlan, planFiles } from '#server/as-code/files-plan.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { PlanParameters } from '#server/jobs/kind/configuration.ts'
import { comparePlan, type Plan, PlanFaultsError, type Source } from '#server/plan/plan.ts'
import { fromList } from '#server/plan/source/list.ts'
import { fromAnchor } from '#server/plan/source/promotion.ts'
import { fromRequests } from '#server/plan/source/requests.ts'
import { fromSelection, requireFitting } from '#server/plan/source/selection.ts'
import { fromSettings } from '#server/plan/source/setting.ts'
import type { SourceContext } from '#server/plan/source/source.ts'
import { fromVersion } from '#server/plan/source/version.ts'
import type { Finding } from '#server/plan/wanted.ts'
import { contextWith } from '#server/schema/anchor-context.ts'
import { findEntry, versionInputs } from '#server/schema/audit/restoration.ts'
import { builder } from '#server/schema/builder.ts'
import { COMMIT, ConfigurationFileInput, PRUNE } from '#server/schema/configuration/file.ts'
import type { Context } from '#server/schema/context.ts'
import { requireCaller } from '#server/schema/input.ts'
import { chosenRequests, RequestSelection } from '#server/schema/request/request-list.ts'
import { plannedActions } from '#server/schema/run/subordinate-action.ts'
import { withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'
import { changeInputs } from '#server/schema/subordinate/subordinate-change.ts'
import { RegisterSubordinateInput } from '#server/schema/subordinate/subordinate-mutations.ts'
import { chosenBy, SubordinateSelection } from '#server/schema/subordinate/subordinate-selection.ts'
import { settingInputs } from '#server/schema/trust-anchor/trust-anchor-mutations.ts'

const PlannedAction = builder.enumType('PlannedAction', {
  description: 'What is done to each of many subordinates, as a plan.',
  values: plannedActions,
})

const FilesInput = builder.inputType('PlanFilesInput', {
  description: 'Configuration files.',
  fields: (t) => ({
    files: t.field({
      type: [ConfigurationFileInput],
      required: true,
      description: 'The files of the anchor or the installation. What none of them names is not touched.',
    }),
    prune: t.boolean({ description: PRUNE }),
    commit: t.string({ description: COMMIT }),
  }),
})

const SelectionInput = builder.inputType('PlanSelectionInput', {
  description: 'One change of many subordinates. One that would be refused is left alone.',
  fields: (t) => ({
    action: t.field({ type: PlannedAction, required: true, description: 'What to do.' }),
    subordinates: t.field({
      type: SubordinateSelection,
      required: true,
      description: 'The subordinates, at most 100000.',
    }),
    ...changeInputs(t),
  }),
})

const ListInput = builder.inputType('PlanListInput', {
  description: 'Entities to register. One that is registered already stays as it is.',
  fields: (t) => ({
    subordinates: t.field({
      type: [RegisterSubordinateInput],
      description: 'The entities, each with the fields of registerSubordinate; with the lines at most 10000.',
    }),
    lines: t.stringList({ description: 'Further entities by their identifiers as written.' }),
  }),
})

const PromotionInput = builder.inputType('PlanPromotionInput', {
  description: 'Subordinates of another anchor, with the Trust Mark types that they hold or require.',
  extensions: { ofOtherAnchor: true },
  fields: (t) => ({
    from: t.string({
      required: true,
      description: 'The anchor that has them, by slug or Entity Identifier.',
    }),
    subordinates: t.field({
      type: SubordinateSelection,
      required: true,
      description: 'The subordinates, at most 10000.',
    }),
  }),
})

const VersionInput = builder.inputType('PlanVersionInput', {
  description:
    'An earlier version of settings, policy or a subordinate. Keys and state of a subordinate stay.',
  fields: versionInputs,
})

const SettingsInput = builder.inputType('PlanSettingsInput', {
  description:
    'Settings and metadata policy of the anchor: an absent field keeps its value, null resets it to its default.',
  fields: (t) => ({
    ...settingInputs(t),
    metadataPolicy: t.field({ type: 'JSON', description: 'The metadata policy of the federation (§6.1).' }),
  }),
})

export const PlanSourceInput = builder.inputType('PlanSourceInput', {
  description: 'What is wanted, in exactly one of these ways.',
  isOneOf: true,
  fields: (t) => ({
    files: t.field({ type: FilesInput, description: 'Configuration files.' }),
    selection: t.field({ type: SelectionInput, description: 'One change of many subordinates.' }),
    list: t.field({ type: ListInput, description: 'Entities to register.' }),
    promotion: t.field({ type: PromotionInput, description: 'Subordinates of another anchor.' }),
    version: t.field({ type: VersionInput, description: 'An earlier version of an object.' }),
    settings: t.field({ type: SettingsInput, description: 'Settings and metadata policy of the anchor.' }),
    requests: t.field({
      type: RequestSelection,
      description: 'The approval of requests. The reason of the plan is a message to each organization.',
    }),
  }),
})

export type PlanSource = typeof PlanSourceInput.$inferInput

export type PlannedSource = {
  plan: Plan
  /** The same plan, where it is of files. */
  files: FilesPlan | null
  /** The field of the input that says what is wanted. */
  source: string
  /** What the run and the audit log say of it, besides its steps. */
  about: Pick<PlanParameters, 'action' | 'from'>
  isIndependent: boolean
  /** The objects of an independent source that have no step, although they are not as it wants them. */
  left: readonly Finding[]
}

/** @throws PlanFaultsError, InvalidInputError, NotFoundError, AnchorAccessError */
export async function planSource(
  context: Context,
  schema: GraphQLSchema,
  given: PlanSource,
  isOfInstallation: boolean,
): Promise<PlannedSource> {
  const caller = requireCaller(context)
  if (given.files) {
    const options = { prune: given.files.prune ?? false, isOfInstallation }
    const plan = await planFiles({ ...context.anchor, caller, schema }, given.files.files, options)
    return { plan, files: plan, source: 'files', about: {}, isIndependent: false, left: [] }
  }
  if (isOfInstallation) throw new InvalidInputError('Files alone configure the installation.', 'installation')
  const [name = ''] = Object.keys(given)
  const source = await sourceOf({ ...context, caller }, given)
  const { faults, warnings, existing: _, ...plan } = await comparePlan({ ...context.anchor, caller }, source)
  if (faults.length > 0) throw new PlanFaultsError(faults.slice(0, MAXIMUM_SHOWN).map(withoutPlace))
  const shown = warnings.slice(0, MAXIMUM_SHOWN).map(withoutPlace)
  const isIndependent = source.isIndependent ?? false
  return {
    plan: { ...plan, warnings: shown },
    files: null,
    source: name,
    about: {
      ...(given.selection ? { action: given.selection.action } : {}),
      ...(given.promotion ? { from: given.promotion.from } : {}),
    },
    isIndependent,
    left: isIndependent ? warnings : [],
  }
}

/** More would tell an operator nothing. */
const MAXIMUM_SHOWN = 100

const withoutPlace = ({ object: { key }, message }: Finding) => ({
  ...{ file: '', line: 0, column: 0 },
  message: key === '' ? message : `${key}: ${message}`,
})

async function sourceOf(context: Context & { caller: Caller }, given: PlanSource): Promise<Source> {
  const { list, promotion, requests, selection, settings, version } = given
  const of: SourceContext = { ...context.anchor, checkCron: context.anchor.scheduleChanges.check }
  if (settings) return fromSettings(of, { ...settings })
  if (list) return fromList(of, { ...list, subordinates: list.subordinates?.map(withOrganizationKey) })
  if (version) return fromVersion(of, await findEntry(context, version.auditEventId), version.side)
  if (requests) return fromRequests({ ...of, caller: context.caller }, chosenRequests(context, requests))
  if (promotion) {
    const from = contextWith('read', context, promotion.from)
    return fromAnchor(of, { from, ...(await chosenBy(from, promotion.subordinates, true)) })
  }
  if (!selection) throw new TypeError('The source has a field.')
  const { subordinates, changes, revokeTrustMarks: revokesMarks, ...change } = selection
  requireFitting({ ...change, changes, revokesMarks })
  return fromSelection(of, {
    ...{ ...change, revokesMarks, changes: changes && withOrganizationKey(changes) },
    ...(await chosenBy(context, subordinates)),
  })
}
