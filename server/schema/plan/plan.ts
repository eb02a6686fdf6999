/** The plan of configuration files: what applying them would change. */
import type { GraphQLSchema } from 'graphql'
import { formatPath } from '#core/path.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import { type Planned, toMarkdown, toText } from '#server/plan/in-words.ts'
import { kinds } from '#server/plan/kinds.ts'
import { type Plan, PlanFaultsError } from '#server/plan/plan.ts'
import { plannedStateOf } from '#server/plan/planned-state.ts'
import type { verbs } from '#server/plan/section.ts'
import type { Step } from '#server/plan/step.ts'
import { builder } from '#server/schema/builder.ts'
import { ConfigurationFault, ConfigurationFileInput, PRUNE } from '#server/schema/configuration/file.ts'
import { INSTALLATION, requireAdministrator } from '#server/schema/configuration/subject.ts'
import type { Context } from '#server/schema/context.ts'
import { FieldChangeRef } from '#server/schema/field-change.ts'
import { PlanEffectRef } from '#server/schema/plan/effect.ts'
import { type PlanSource, PlanSourceInput, planSource } from '#server/schema/plan/source.ts'
import { ProtectedOperationEnum } from '#server/schema/protection/protection.ts'
import type { PlanEffect } from '#server/services/effect/plan-effect.ts'

const Verb = builder.enumType('ConfigurationVerb', {
  description: 'What a plan does to an object.',
  values: {
    CREATE: { description: 'It is created.' },
    CHANGE: { description: 'Some of its fields change.' },
    REMOVE: { description: 'It is removed.' },
  } satisfies Record<(typeof verbs)[number], object>,
})

export const StepRef = builder.objectRef<Step>('ConfigurationStep').implement({
  description: 'What a plan does to one object.',
  authScopes: { read: true },
  fields: (t) => ({
    section: t.exposeString('section', {
      description: 'The section of a configuration file that would describe it.',
    }),
    noun: t.string({
      description: 'What the object is, in words, such as `member`.',
      resolve: ({ section }) => kinds[section].noun,
    }),
    key: t.exposeString('key', { description: 'Its name in a file; empty where there is one object.' }),
    verb: t.expose('verb', { type: Verb, description: 'What happens to it.' }),
    changes: t.expose('changes', {
      type: [FieldChangeRef],
      description: 'The fields that change; for a new object, those that it gets.',
    }),
  }),
})

const planOf = (planned: Planned): Plan | null => ('plan' in planned ? planned.plan : null)
const count = (planned: Planned, verb: Step['verb']) =>
  planOf(planned)?.steps.filter((step) => step.verb === verb).length ?? 0

export const PlanRef = builder.objectRef<Planned>('ConfigurationPlan').implement({
  description: 'What applying a plan would change, or what is wrong with its source.',
  authScopes: { read: true },
  fields: (t) => ({
    faults: t.field({
      type: [ConfigurationFault],
      description: 'What is wrong with the source, at most 100. With any, there is no plan.',
      resolve: (planned) => ('faults' in planned ? [...planned.faults] : []),
    }),
    warnings: t.field({
      type: [ConfigurationFault],
      description: 'The objects that it leaves alone, each with the reason, at most 100.',
      resolve: (planned) => [...(planOf(planned)?.warnings ?? [])],
    }),
    left: t.int({
      description: 'The number of objects that it leaves alone.',
      resolve: (planned) => planOf(planned)?.left ?? 0,
    }),
    hash: t.string({
      nullable: true,
      description:
        'Names the plan when it is applied. A plan for another state of the anchor has another one.',
      resolve: (planned) => planOf(planned)?.hash ?? null,
    }),
    created: t.int({
      description: 'Objects that it creates.',
      resolve: (planned) => count(planned, 'CREATE'),
    }),
    changed: t.int({
      description: 'Objects that it changes.',
      resolve: (planned) => count(planned, 'CHANGE'),
    }),
    removed: t.int({
      description: 'Objects that it removes.',
      resolve: (planned) => count(planned, 'REMOVE'),
    }),
    unchanged: t.int({
      description: 'Objects that are as the source wants them.',
      resolve: (planned) => planOf(planned)?.unchanged ?? 0,
    }),
    operations: t.field({
      type: [ProtectedOperationEnum],
      description: 'What it amounts to. A second person approves a plan with one that is protected.',
      resolve: (planned) => [...(planOf(planned)?.operations ?? [])],
    }),
    steps: t.field({
      type: [StepRef],
      description: 'Its steps, in the order in which they are applied.',
      args: {
        first: t.arg.int({ description: 'How many at most; all by default.' }),
        skip: t.arg.int({ description: 'How many steps before them are left out; none by default.' }),
      },
      resolve: (planned, { first, skip }) => {
        const start = Math.max(0, skip ?? 0)
        const steps = planOf(planned)?.steps ?? []
        return steps.slice(start, first == null ? undefined : start + Math.max(0, first))
      },
    }),
    effect: t.field({
      type: PlanEffectRef,
      nullable: true,
      description:
        'What it does to members, to entities below Intermediates and to Trust Marks; null without a plan.',
      resolve: (planned) => ('effect' in planned ? planned.effect() : null),
    }),
    text: t.string({ description: 'The plan or the faults in words, for a terminal.', resolve: toText }),
    markdown: t.string({
      description: 'The plan or the faults as Markdown, for a pull request.',
      resolve: toMarkdown,
    }),
  }),
})

/** A plan, or what is wrong with its source. @throws GraphQLError FORBIDDEN */
export async function planned(
  context: Context,
  schema: GraphQLSchema,
  source: PlanSource,
  isOfInstallation: boolean,
): Promise<Planned> {
  if (isOfInstallation) requireAdministrator(context)
  try {
    const { plan } = await planSource(context, schema, source, isOfInstallation)
    let effect: Promise<PlanEffect> | undefined
    return {
      db: context.db,
      plan,
      effect: () => (effect ??= context.services.planEffect(plannedStateOf(plan.steps))),
    }
  } catch (error) {
    if (error instanceof PlanFaultsError) return { faults: error.faults }
    if (!(error instanceof InvalidInputError || error instanceof NotFoundError)) throw error
    const place = { file: '', line: 0, column: 0 }
    const name = error.path && error.path.length > 0 ? `${formatPath(error.path)}: ` : ''
    return { faults: [{ ...place, message: name + error.message }] }
  }
}

/** For a mutation, which fails with the first fault. */
export function throwFirst(error: unknown): never {
  if (!(error instanceof PlanFaultsError)) throw error
  const [first] = error.faults
  if (!first) throw error
  const { file, line, column, message } = first
  const place = file === '' ? '' : `${file}, line ${line}, column ${column}: `
  throw new InvalidInputError(place + message, file === '' ? 'source' : 'files')
}

builder.queryField('plan', (t) =>
  t.field({
    type: PlanRef,
    description:
      'Compares what is wanted with the anchor: what changes, and which entities stop or start to resolve. It changes nothing; applyPlan does it.',
    authScopes: { read: true },
    args: {
      source: t.arg({ type: PlanSourceInput, required: true, description: 'What is wanted.' }),
      installation: t.arg.boolean({ description: INSTALLATION }),
    },
    resolve: (_root, { source, installation }, context, { schema }) =>
      planned(context, schema, source, installation ?? false),
  }),
)

builder.queryField('configurationPlan', (t) =>
  t.field({
    type: PlanRef,
    deprecationReason: 'Use plan. It stays until 2027-05-31.',
    description: 'Compares configuration files with the anchor or the installation. It changes nothing.',
    authScopes: { read: true },
    args: {
      files: t.arg({
        type: [ConfigurationFileInput],
        required: true,
        description: 'The files of the anchor or the installation. What none of them names is not touched.',
      }),
      installation: t.arg.boolean({ description: INSTALLATION }),
      prune: t.arg.boolean({ description: PRUNE }),
    },
    resolve: (_root, { files, prune, installation }, context, { schema }) =>
      planned(context, schema, { files: { files, prune } }, installation ?? false),
  }),
)
