/** A plan: its steps, and its effect in words. */
import { count, plural } from '#lib/format.ts'
import type { PlanEffectFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment PlanStep on ConfigurationStep { section noun key verb changes { path before after } }
`)

graphql(`
  fragment PlanEffectGroup on ConfigurationEffectGroup {
    key below path before after isMixed reason count entities { entityId displayName }
  }
`)

graphql(`
  fragment PlanEffect on ConfigurationEffect {
    stops { ...PlanEffectGroup }
    starts { ...PlanEffectGroup }
    changes { ...PlanEffectGroup }
    marksEnd { trustMarkType reason count examples }
    members { stops starts changes examined unknown } below { stops starts changes examined unknown }
    newMembers fetchedMembers unread unreadExamples crawledAt isComplete
  }
`)

/** The effect of a source alone. */
export const EffectOfSource = graphql(`
  query EffectOfSource($source: PlanSourceInput!) {
    plan(source: $source) { faults { message } effect { ...PlanEffect } }
  }
`)

export const PlanGroupPage = graphql(`
  query PlanGroupPage($source: PlanSourceInput!, $anchor: String, $key: String!, $first: Int!, $skip: Int!) {
    plan(source: $source, anchor: $anchor) {
      effect { group(key: $key) { entities(first: $first, skip: $skip) { entityId displayName } } }
    }
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

/** `Of 5 members, 1 stops to resolve and 2 change.` Nothing where none is affected. */
export function countsInWords(counts: PlanEffectFragment['members'], one: string, many: string): string[] {
  const words = (
    [
      [counts.stops, 'stops to resolve', 'stop to resolve'],
      [counts.starts, 'starts to resolve', 'start to resolve'],
      [counts.changes, 'changes', 'change'],
    ] as const
  ).flatMap(([size, singular, others]) =>
    size > 0 ? [`${count(size)} ${size === 1 ? singular : others}`] : [],
  )
  return words.length > 0 ? [`Of ${plural(counts.examined, one, many)}, ${list.format(words)}.`] : []
}

const list = new Intl.ListFormat('en-GB')
