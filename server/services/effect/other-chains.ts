/** Resolves members also through Intermediates that list them, where their own chain ends before or after a change. */
import { isJsonEqual } from '#core/json.ts'
import type { AnchorState } from '#server/services/collection/anchor-state.ts'
import { type ChainSource, type Collected, resolveFound } from '#server/services/collection/chains.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { BothResolved } from '#server/services/effect/comparison.ts'
import type { MemberComparison, MemberEffect } from '#server/services/effect/member-effects.ts'
import type { BothStates } from '#server/services/effect/planned-state.ts'
import type { Resolved } from '#server/services/entity/chain-fault.ts'

type Crawl = { crawlId: number; source: ChainSource }

export function createOtherChains(
  { db }: Pick<ServiceContext, 'db'>,
  { crawlId, source }: Crawl,
  states: BothStates,
  comparison: MemberComparison,
) {
  async function resolveOther(collected: Collected, state: AnchorState): Promise<Resolved | null> {
    const [found] = await source.find(collected, state)
    return resolveFound(found)
  }

  /** Its own chain is the shortest, so it is preferred, and its fault is the one that counts. */
  async function complete(member: MemberEffect, collected: Collected | null): Promise<MemberEffect> {
    const { row, terms, effect } = member
    if (!effect) return member
    const direct = comparison.complete(row, terms)
    const resolved: Partial<BothResolved> = {}
    for (const side of ['before', 'after'] as const) {
      const own = direct[side] ?? effect[side]
      if (own.fault && !collected) return { ...member, effect: null }
      const other = own.fault && collected ? await resolveOther(collected, states[side]) : own
      if (!other) return { ...member, effect: null }
      resolved[side] = other.fault ? own : other
    }
    const { before, after } = resolved
    return { ...member, effect: before && after ? { before, after } : null }
  }

  /** Those whose own chain ends on a side; the others stay as they are. */
  return async (members: readonly MemberEffect[]): Promise<MemberEffect[]> => {
    const ended = members.filter(({ effect }) => effect?.before.fault || effect?.after.fault)
    if (ended.length === 0) return [...members]
    const entityIds = ended.map(({ row }) => row.entityId)
    const rows = await db.collectedEntity.findMany({ where: { crawlId, entityId: { in: entityIds } } })
    const found = await source.of(rows)
    const collected = new Map(rows.map(({ entityId }, at) => [entityId, found[at] ?? null]))
    return Promise.all(
      members.map((member) => {
        const other = collected.get(member.row.entityId)
        const isEnded = member.effect?.before.fault || member.effect?.after.fault
        return other === undefined || !isEnded ? member : complete(member, other)
      }),
    )
  }
}

/** Whether it resolves as before, with the same metadata or not at all. */
export const isUnchanged = ({ before, after }: BothResolved): boolean =>
  before.fault ? after.fault !== null : !after.fault && isJsonEqual(before.metadata, after.metadata)
