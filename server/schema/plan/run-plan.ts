/** What a run applies: the plan and the commit of its files, and the step of each item. */
import { getMember, isJsonObject } from '#core/json.ts'
import { isOneObject } from '#server/plan/kinds.ts'
import type { FieldChange } from '#server/plan/step.ts'
import { stepNamed } from '#server/plan/step.ts'
import { builder } from '#server/schema/builder.ts'
import { StepRef } from '#server/schema/plan/plan.ts'

for (const [name, parameter, description] of [
  ['configurationPlan', 'plan', 'The hash of the plan that it applies; null: none.'],
  [
    'configurationCommit',
    'commit',
    'The commit of its configuration files, as its starter gave it; null: none.',
  ],
] as const)
  builder.prismaObjectField('Run', name, (t) =>
    t.string({
      nullable: true,
      description,
      select: { kind: true, parameters: true },
      resolve({ kind, parameters }) {
        const value = kind === 'CONFIGURATION' && isJsonObject(parameters) && getMember(parameters, parameter)
        return typeof value === 'string' ? value : null
      },
    }),
  )

builder.prismaObjectField('RunItem', 'step', (t) =>
  t.field({
    type: StepRef,
    nullable: true,
    description:
      'The step of a plan that it applies, with the changes that were made; null: the run applies none.',
    select: { key: true, resource: true, changes: true, run: { select: { kind: true } } },
    resolve({ key, resource, changes, run }) {
      const step = run.kind === 'CONFIGURATION' ? stepNamed(key) : null
      if (!step) return null
      const made = changes as FieldChange[] | null // written by the task of the item
      return { ...step, key: isOneObject(step.section) ? '' : resource, fields: {}, changes: made ?? [] }
    },
  }),
)
