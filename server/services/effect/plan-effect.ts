/** Computes what a planned change of this anchor does to its members and to entities below its Intermediates. */
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { createChainSource } from '#server/services/collection/chains.ts'
import type { ServiceContext } from '#server/services/context.ts'
import {
  allBelow,
  type BelowEffect,
  belowSuperiors,
  findMembersBelow,
  findUnread,
} from '#server/services/effect/below-effects.ts'
import { type EndingMarks, endingMarks } from '#server/services/effect/ending-marks.ts'
import { createMemberComparison } from '#server/services/effect/member-comparison.ts'
import { type MemberEffect, plannedMemberEffects } from '#server/services/effect/member-effects.ts'
import { createOtherChains } from '#server/services/effect/other-chains.ts'
import {
  type PlannedMember,
  type PlannedState,
  type PlannedStates,
  toStates,
} from '#server/services/effect/planned-state.ts'
import {
  createTally,
  EXAMPLES,
  type GroupKind,
  type PlaceCounts,
  type PlanGroup,
} from '#server/services/effect/tally.ts'
import { visitAll } from '#server/services/effect/visit.ts'
import { isExamined } from '#server/services/subordinate/update.ts'

export type PlanEffect = {
  /** They resolve now, and would not. The largest groups first, here and below. */
  stops: PlanGroup[]
  /** The reverse. */
  starts: PlanGroup[]
  /** They resolve with other metadata. An entity with several differences is in several groups. */
  changes: PlanGroup[]
  /** Entities, each once. */
  members: PlaceCounts
  below: PlaceCounts
  /** Intermediates that the plan touches, and below which the last crawl read nothing: what stops there is unknown. */
  unread: { count: number; examples: string[] }
  /** Registered by the plan: not examined. */
  newMembers: { count: number; examples: string[] }
  /** Members that are fetched and examined again when the plan is applied: what they publish by then decides. */
  fetchedMembers: number
  marksEnd: EndingMarks[]
  /** When the last crawl ended, which read the entities below Intermediates; null before the first. */
  crawledAt: Date | null
  /** False: it took too long, and some entities were not examined. */
  isComplete: boolean
}

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'signingKeys' | 'now'>

/** Reads what is stored, and fetches nothing. The plan is not checked for what a mutation would refuse. */
export async function effectOf(context: Context, planned: PlannedState): Promise<PlanEffect> {
  const { db, now } = context
  const settings = await readSettings(db)
  const states = toStates(settings, planned, now())
  const crawl = await db.collectionEvaluation.findUnique({ where: { id: 1 } })
  const source = crawl && { crawlId: crawl.crawlId, source: createChainSource(context, crawl.crawlId) }
  const [members, below] = [createTally('MEMBER'), createTally('BELOW')]
  const isVisited = await visitAll(memberPages(context, states, source), ({ row, effect }) =>
    members.add(row.id, effect),
  )
  const isNew = new Set([...(planned.newMembers ?? []), ...states.members.keys()])
  const pages = source ? belowPages(db, states, source) : noPages()
  const isBelowVisited = await visitAll(pages, ({ id, entityId, effect }) => {
    if (!isNew.has(entityId)) below.add(id, effect)
  })
  const groups = [...(await members.groups(db)), ...(await below.groups(db))]
  const ofKind = (kind: GroupKind) =>
    groups.flatMap((each) => (each.kind === kind ? [each.group] : [])).sort((a, b) => b.count - a.count)
  const newMembers = planned.newMembers ?? []
  const touched = states.isWide ? null : [...states.members.keys()]
  const unread = await findUnread(db, crawl?.crawlId ?? null, touched)
  const { marks, isComplete: areMarksComplete } = await endingMarks(context, planned, settings)
  return {
    stops: ofKind('stops'),
    starts: ofKind('starts'),
    changes: ofKind('changes'),
    members: members.counts,
    below: below.counts,
    unread: { count: unread.length, examples: unread.slice(0, EXAMPLES) },
    newMembers: { count: newMembers.length, examples: newMembers.slice(0, EXAMPLES) },
    fetchedMembers: [...states.members.values()].filter(isFetched).length,
    marksEnd: marks,
    crawledAt: crawl?.crawledAt ?? null,
    isComplete: isVisited && isBelowVisited && areMarksComplete,
  }
}

function isFetched({ after }: PlannedMember): boolean {
  const { active: _, ...fields } = after ?? {}
  return isExamined(fields)
}

type Crawl = { crawlId: number; source: ReturnType<typeof createChainSource> }

async function* memberPages(
  context: Context,
  states: PlannedStates,
  crawl: Crawl | null,
): AsyncGenerator<MemberEffect[]> {
  const settings = { before: states.before.settings, after: states.after.settings }
  const comparison = createMemberComparison(context, settings)
  const withOtherChains = crawl && createOtherChains(context, crawl, states, comparison)
  const names = [...states.members.keys()]
  const others = crawl && !states.isWide ? await findMembersBelow(context.db, crawl, names) : []
  for await (const page of plannedMemberEffects(context, states, comparison, others))
    yield withOtherChains ? await withOtherChains(page) : page
}

function belowPages(db: Database, states: PlannedStates, crawl: Crawl): AsyncIterable<BelowEffect[]> {
  if (states.isWide) return allBelow(db, crawl, states)
  return belowSuperiors(db, crawl, states, [...states.members.keys()])
}

async function* noPages(): AsyncGenerator<BelowEffect[]> {}
