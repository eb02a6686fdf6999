/** A plan: its steps, and its effect in words. */
import type { PlanEffectGroupFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { describeGroup, type GroupWords } from '#lib/policy/effect-group.ts'

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

graphql(`
  fragment PlanFields on ConfigurationPlan {
    hash created changed removed unchanged
    faults { file line column message }
    left warnings { message }
    steps(first: $first) { ...PlanStep }
    effect { ...PlanEffect }
  }
`)

export const MakePlan = graphql(`
  query MakePlan($source: PlanSourceInput!, $anchor: String, $first: Int!) {
    plan(source: $source, anchor: $anchor) { ...PlanFields }
  }
`)

export const MakePlanSteps = graphql(`
  query MakePlanSteps($source: PlanSourceInput!, $anchor: String, $first: Int!, $skip: Int!) {
    plan(source: $source, anchor: $anchor) { hash steps(first: $first, skip: $skip) { ...PlanStep } }
  }
`)

export type Change = { path: string; before: unknown; after: unknown }

/** `noun`: what the object is; where it is not kept, the section of the file. */
export type Step = { section: string; noun: string; key: string; verb: string; changes: readonly Change[] }

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
