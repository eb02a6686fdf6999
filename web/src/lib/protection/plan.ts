/** The plan of configuration files that waits for approval: as it was asked for, and its effect in words. */
import type { PlanEffectGroupFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { isRecord } from '#lib/json/json.ts'
import { describeGroup, type GroupWords } from '#lib/policy/effect-group.ts'
import { fieldsOf } from './effect.ts'

graphql(`
  fragment PlanStep on ConfigurationStep { section noun key verb changes { path before after } }
`)

graphql(`
  fragment PlanEffectGroup on ConfigurationEffectGroup {
    below path before after isMixed reason count entities { entityId displayName }
  }
`)

graphql(`
  fragment PlanEffect on ConfigurationEffect {
    stops { ...PlanEffectGroup }
    starts { ...PlanEffectGroup }
    changes { ...PlanEffectGroup }
    marksEnd { trustMarkType reason count examples }
    members { unknown } below { unknown } newMembers fetchedMembers unread unreadExamples crawledAt isComplete
  }
`)

/** Steps that are read at a time. Each read makes the plan again. */
export const STEPS = 1000

export const ApprovalPlan = graphql(`
  query ApprovalPlan($id: ID!, $first: Int!) {
    node(id: $id) {
      __typename
      ... on Approval {
        configurationPlan {
          hash created changed removed unchanged
          faults { file line column message }
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

type Change = { path: string; before: unknown; after: unknown }

/** `noun`: what the object is; where it is not kept, the section of the file. */
export type Step = { section: string; noun: string; key: string; verb: string; changes: readonly Change[] }

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

export type GroupKind = 'stops' | 'starts' | 'changes'

/** In the words of the effect of a policy. */
export const describePlanGroup = (
  kind: GroupKind,
  { path, before, after, isMixed, reason, count }: PlanEffectGroupFragment,
): GroupWords =>
  describeGroup({
    effect: kind === 'stops' ? 'FAILS' : 'CHANGED',
    resolvesNow: kind !== 'starts',
    path: path === '' ? [] : [path],
    message: reason,
    ...{ before, after, isMixed, count },
  })

const ends: Readonly<Record<string, string>> = {
  REVOKED: 'revoked',
  HOLDER_REMOVED: 'their holder is removed',
  TYPE_REMOVED: 'their type is removed',
  TYPE_DEACTIVATED: 'their type is deactivated',
  DELEGATION: 'their delegation is not valid any more',
  ISSUER: 'their issuer is not recognized any more',
}

/** Why Trust Marks end. */
export const endInWords = (reason: string): string => ends[reason] ?? ''
