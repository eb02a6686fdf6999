/** The plan that waits for approval, as it was asked for. */
import { graphql } from '#lib/gql/index.ts'
import { isRecord } from '#lib/json/json.ts'
import type { Change, Step } from '#lib/plan/plan.ts'
import { fieldsOf } from './effect.ts'

export const ApprovalPlan = graphql(`
  query ApprovalPlan($id: ID!, $first: Int!) {
    node(id: $id) {
      __typename
      ... on Approval {
        configurationPlan {
          hash created changed removed unchanged
          faults { file line column message }
          left warnings { message }
          steps(first: $first) { ...PlanStep }
          effect { ...PlanEffect }
        }
      }
    }
  }
`)

export const ApprovalPlanSteps = graphql(`
  query ApprovalPlanSteps($id: ID!, $first: Int!, $skip: Int!) {
    node(id: $id) {
      __typename
      ... on Approval { configurationPlan { hash steps(first: $first, skip: $skip) { ...PlanStep } } }
    }
  }
`)

/** The first steps; `total` counts them all. */
export type AskedPlan = { hash: string; commit: string | undefined; total: number; steps: Step[] }

/** The plan that the approver signs; undefined: the approval is about something else. */
export function askedPlanOf(effect: unknown): AskedPlan | undefined {
  const { kind, parameters, total } = fieldsOf(effect)
  const asked = parameters?.after
  if (kind?.after !== 'CONFIGURATION' || !isRecord(asked)) return undefined
  const steps = Array.isArray(asked.steps) ? asked.steps.filter(isRecord).map(toStep) : []
  return {
    hash: String(asked.plan),
    commit: typeof asked.commit === 'string' ? asked.commit : undefined,
    total: typeof total?.after === 'number' ? total.after : steps.length,
    steps,
  }
}

const toStep = ({ section, key, verb, changes }: Record<string, unknown>): Step => ({
  section: String(section),
  noun: String(section),
  key: String(key),
  verb: String(verb),
  changes: Array.isArray(changes) ? changes.filter(isRecord).map(toChange) : [],
})

const toChange = ({ path, before, after }: Record<string, unknown>): Change => ({
  path: String(path),
  before,
  after,
})

/** With names, so that two plans differ where their objects do, and not by position. */
export const namedSteps = ({ hash, steps }: AskedPlan): Record<string, unknown> => ({
  plan: hash,
  ...Object.fromEntries(
    steps.map(({ section, key, verb, changes }) => [
      `${section} ${key}`.trim(),
      { verb, ...Object.fromEntries(changes.map(({ path, ...values }) => [path, values])) },
    ]),
  ),
})
