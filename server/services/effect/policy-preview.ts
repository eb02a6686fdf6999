/** Previews the effect of a federation policy on every registered subordinate before it is saved. */
import { setImmediate } from 'node:timers/promises'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { isJsonEqual } from '#core/json.ts'
import { applySuperiorMetadata, type Metadata } from '#core/metadata.ts'
import { explainMetadataPolicy } from '#core/metadata-policy/index.ts'
import { toUnix } from '#server/clock.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { BothResolved } from '#server/services/effect/comparison.ts'
import { type BothPolicies, memberEffects, readBothPolicies } from '#server/services/effect/member-effects.ts'
import { resolveContent } from '#server/services/entity/chain-fault.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'

export type PolicyEffect = 'UNCHANGED' | 'CHANGED' | 'FAILS'
export type MemberEffect = {
  entityId: string
  effect: PolicyEffect
  /** Resolved metadata before and after the change; null where the entity is rejected. */
  before: Metadata | null
  after: Metadata | null
  /** All findings, one sentence each. */
  findings: string[]
}
export type EffectCounts = { unchanged: number; changed: number; failing: number }
export type AffectedPage = { members: MemberEffect[]; hasMore: boolean }
type PageRequest = {
  limit: number
  /** Only subordinates registered after this one. */
  after?: string | null | undefined
  /** Only this effect; by default, changed and failing subordinates. */
  effect?: PolicyEffect | null | undefined
}

/** A count examines every active subordinate; a page only as many as are needed to fill it. */
export function previewPolicy(context: Pick<ServiceContext, 'db' | 'entityId' | 'now'>, given: unknown) {
  const { db, entityId: anchor, now } = context

  async function keyOf(entityId: string): Promise<number> {
    const row = await db.subordinate.findUnique({ where: { entityId }, select: { id: true } })
    if (row) return row.id
    throw new InvalidInputError(`${entityId} is no longer registered. Start at the first page.`, 'after')
  }

  /** With all of their metadata, in this order. */
  async function describe(ids: readonly number[], both: BothPolicies): Promise<MemberEffect[]> {
    const rows = await db.subordinate.findMany({
      where: { id: { in: [...ids] }, active: true },
      orderBy: { id: 'asc' },
    })
    return rows.map((row) => effectOn(typedSubordinate(row), { ...both, anchor, now: toUnix(now()) }))
  }

  return {
    async count(): Promise<EffectCounts> {
      const counts = { unchanged: 0, changed: 0, failing: 0 }
      for await (const page of memberEffects(context, await readBothPolicies(db, given))) {
        for (const { effect } of page) counts[counters[nameOf(effect)]]++
        await setImmediate()
      }
      return counts
    },

    async page({ limit, after, effect: wanted }: PageRequest): Promise<AffectedPage> {
      const both = await readBothPolicies(db, given)
      const found: number[] = []
      for await (const page of memberEffects(context, both, after ? await keyOf(after) : 0)) {
        const matching = page.filter(({ effect }) => {
          const name = nameOf(effect)
          return wanted ? name === wanted : name !== 'UNCHANGED'
        })
        found.push(...matching.map(({ id }) => id))
        if (found.length > limit) break
        await setImmediate()
      }
      return { members: await describe(found.slice(0, limit), both), hasMore: found.length > limit }
    },
  }
}

const counters = { UNCHANGED: 'unchanged', CHANGED: 'changed', FAILS: 'failing' } as const

function nameOf({ before, after }: BothResolved): PolicyEffect {
  if (after.fault) return 'FAILS'
  return before.metadata && isJsonEqual(before.metadata, after.metadata) ? 'UNCHANGED' : 'CHANGED'
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
    effect: nameOf(both),
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
