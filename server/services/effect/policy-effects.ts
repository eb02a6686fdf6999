/** Computes what a federation policy does to members and to entities below Intermediates, before it is saved. */
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { applySuperiorMetadata, type Metadata } from '#core/metadata.ts'
import { explainMetadataPolicy } from '#core/metadata-policy/index.ts'
import { toUnix } from '#server/clock.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { presentState } from '#server/services/collection/anchor-state.ts'
import { createChainSource } from '#server/services/collection/chains.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { allBelow } from '#server/services/effect/below-effects.ts'
import type { BothResolved } from '#server/services/effect/comparison.ts'
import { type BothPolicies, memberEffects, readBothPolicies } from '#server/services/effect/member-effects.ts'
import {
  createEffectGroups,
  type EffectGroup,
  nameOfEffect,
  type PolicyEffect,
} from '#server/services/effect/tally.ts'
import { visitAll } from '#server/services/effect/visit.ts'
import { resolveContent } from '#server/services/entity/chain-fault.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'

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
  /** Keys of the entities by the effect on them. */
  ids: Record<PolicyEffect, number[]>
}
export type BelowPart = EffectPart & { crawledAt: Date }

type PageRequest = {
  limit: number
  /** Only members registered after this one. */
  after?: string | null | undefined
  /** Only this effect; by default, changed and failing members. */
  effect?: PolicyEffect | null | undefined
}

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

  async function examineMembers(both: BothPolicies): Promise<EffectPart> {
    // Each is found in an index. A change of an inactive member changes the key too, which does no harm.
    const [active, newest] = await Promise.all([
      db.subordinate.count({ where: { active: true } }),
      db.subordinate.findFirst({ orderBy: { updatedAt: 'desc' }, select: { updatedAt: true } }),
    ])
    const state = [both.present.version, active, newest?.updatedAt]
    const key = JSON.stringify(['members', ...state, both.proposed.metadataPolicy])
    return keep(key, () => examine(memberEffects(context, both), active))
  }

  async function keyOf(entityId: string): Promise<number> {
    const row = await db.subordinate.findUnique({ where: { entityId }, select: { id: true } })
    if (row) return row.id
    throw new InvalidInputError(`${entityId} is no longer registered. Start at the first page.`, 'after')
  }

  return {
    /** @throws InvalidInputError for a policy that is none */
    members: async (given: unknown) => examineMembers(await readBothPolicies(db, given)),

    /** A page of members, in the order of registration. @throws InvalidInputError for a policy that is none */
    async page(
      given: unknown,
      { limit, after, effect }: PageRequest,
    ): Promise<{ members: MemberEffect[]; hasMore: boolean }> {
      const both = await readBothPolicies(db, given)
      const first = after ? await keyOf(after) : 0
      const { ids } = await examineMembers(both)
      const matching = effect ? ids[effect] : [...ids.CHANGED, ...ids.FAILS].sort((a, b) => a - b)
      const rest = matching.filter((id) => id > first)
      return {
        members: await describeMembers(context, rest.slice(0, limit), both),
        hasMore: rest.length > limit,
      }
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
  const ids: EffectPart['ids'] = { UNCHANGED: [], CHANGED: [], FAILS: [] }
  const part = { alreadyFailing: 0, unknown: 0, examined: 0, total }
  await visitAll(pages, ({ id, effect }) => {
    part.examined += 1
    if (!effect) {
      part.unknown += 1
      return
    }
    ids[nameOfEffect(effect)].push(id)
    if (effect.before.fault && effect.after.fault) part.alreadyFailing += 1
    groups.add(id, effect)
  })
  const counts = { unchanged: ids.UNCHANGED.length, changed: ids.CHANGED.length, failing: ids.FAILS.length }
  return { ...counts, ...part, groups: groups.list(), ids }
}

export type MemberEffect = {
  entityId: string
  effect: PolicyEffect
  /** Resolved metadata before and after the change; null where the entity is rejected. */
  before: Metadata | null
  after: Metadata | null
  /** All findings, one sentence each. */
  findings: string[]
}

/** In the order of their keys. */
export async function describeMembers(
  { db, entityId: anchor, now }: Pick<ServiceContext, 'db' | 'entityId' | 'now'>,
  ids: readonly number[],
  both: BothPolicies,
): Promise<MemberEffect[]> {
  const where = { id: { in: [...ids] }, active: true }
  const rows = await db.subordinate.findMany({ where, orderBy: { id: 'asc' } })
  return rows.map((row) => effectOn(typedSubordinate(row), { ...both, anchor, now: toUnix(now()) }))
}

function effectOn(
  subordinate: Subordinate,
  { present, proposed, anchor, now }: BothPolicies & { anchor: string; now: number },
): MemberEffect {
  const resolve = (settings: Settings) =>
    resolveContent(() => storedChain(subordinate, { settings, anchor, now }))
  const both = { before: resolve(present), after: resolve(proposed) }
  return {
    entityId: subordinate.entityId,
    effect: nameOfEffect(both),
    before: both.before.metadata,
    after: both.after.metadata,
    findings: both.after.fault ? explain(subordinate, proposed, anchor, both.after.fault.message) : [],
  }
}

/** Lists all findings; a resolver stops at the first, which is the only one if the policy is not at fault. */
function explain(subordinate: Subordinate, settings: Settings, anchor: string, first: string): string[] {
  const { metadata } = parseEntityStatement(subordinate.entityConfiguration, { allowHttp: true }).claims
  const found = applySuperiorMetadata(metadata ?? {}, subordinate.forcedMetadata ?? {})
  const levels = [
    { issuer: anchor, policy: settings.metadataPolicy },
    { issuer: anchor, policy: subordinate.metadataPolicy ?? {} },
  ]
  const messages = explainMetadataPolicy(levels, found).errors.map(({ message }) => message)
  return messages.length > 0 ? messages : [first]
}
