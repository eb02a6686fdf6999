/** Computes what a federation policy does to members and to entities below Intermediates, before it is saved. */
import { isJsonEqual } from '#core/json.ts'
import { presentState } from '#server/services/collection/anchor-state.ts'
import { createChainSource } from '#server/services/collection/chains.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { allBelow } from '#server/services/effect/below-effects.ts'
import type { BothResolved } from '#server/services/effect/comparison.ts'
import { createEffectGroups, type EffectGroup } from '#server/services/effect/effect-groups.ts'
import { type BothPolicies, memberEffects, readBothPolicies } from '#server/services/effect/member-effects.ts'
import { visitAll } from '#server/services/effect/visit.ts'

/** Results are kept for the pages of their groups. */
const KEPT = 4

export type EffectPart = {
  unchanged: number
  changed: number
  failing: number
  /** The failing ones that do not resolve now either. */
  alreadyFailing: number
  /** The crawl could not read enough of them. */
  unknown: number
  examined: number
  total: number
  groups: EffectGroup[]
}
export type BelowPart = EffectPart & { crawledAt: Date }

/** Null: not known. */
type Examined = { id: number; effect: BothResolved | null }

export function createPolicyEffects(context: ServiceContext) {
  const { db } = context
  const kept = new Map<string, Promise<EffectPart>>()

  /** The same question about the same state is answered once. */
  function keep(key: string, work: () => Promise<EffectPart>): Promise<EffectPart> {
    const known = kept.get(key)
    if (known) return known
    const found = work()
    kept.set(key, found)
    found.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest)
    return found
  }

  function effectsBelow(crawlId: number, { present, proposed }: BothPolicies) {
    const crawl = { crawlId, source: createChainSource(context, crawlId) }
    return allBelow(db, crawl, { before: presentState(present), after: presentState(proposed) })
  }

  return {
    /** @throws InvalidInputError for a policy that is none */
    async members(given: unknown): Promise<EffectPart> {
      const both = await readBothPolicies(db, given)
      // Each is found in an index. A change of an inactive member changes the key too, which does no harm.
      const [active, newest] = await Promise.all([
        db.subordinate.count({ where: { active: true } }),
        db.subordinate.findFirst({ orderBy: { updatedAt: 'desc' }, select: { updatedAt: true } }),
      ])
      const state = [both.present.version, active, newest?.updatedAt]
      const key = JSON.stringify(['members', ...state, both.proposed.metadataPolicy])
      return keep(key, () => examine(memberEffects(context, both), active))
    },

    /** Null before the first crawl. @throws InvalidInputError for a policy that is none */
    async below(given: unknown): Promise<BelowPart | null> {
      const both = await readBothPolicies(db, given)
      const crawl = await db.collectionEvaluation.findUnique({ where: { id: 1 } })
      if (!crawl) return null
      const { crawlId, crawledAt, basis } = crawl
      const total = await db.collectedEntity.count({ where: { crawlId } })
      const { version } = both.present
      const key = JSON.stringify(['below', version, crawlId, basis, both.proposed.metadataPolicy])
      return { ...(await keep(key, () => examine(effectsBelow(crawlId, both), total))), crawledAt }
    },
  }
}

async function examine(pages: AsyncIterable<Examined[]>, total: number): Promise<EffectPart> {
  const groups = createEffectGroups()
  const part = { unchanged: 0, changed: 0, failing: 0, alreadyFailing: 0, unknown: 0, examined: 0, total }
  await visitAll(pages, ({ id, effect }) => {
    part.examined += 1
    if (!effect) part.unknown += 1
    else count(part, effect)
    if (effect) groups.add(id, effect)
  })
  return { ...part, groups: groups.list() }
}

function count(part: Omit<EffectPart, 'groups'>, { before, after }: BothResolved): void {
  if (after.fault) {
    part.failing += 1
    if (before.fault) part.alreadyFailing += 1
  } else if (isJsonEqual(before.metadata, after.metadata)) part.unchanged += 1
  else part.changed += 1
}
