/** Previews the effect of a federation policy on every registered subordinate before it is saved. */
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import { applySuperiorMetadata, type Metadata } from '#core/metadata.ts'
import { explainMetadataPolicy, parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import { resolveMetadata } from '#core/trust-chain/index.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'

const PAGE = 500

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
export function previewPolicy(
  { db, entityId: anchor, now }: Pick<ServiceContext, 'db' | 'entityId' | 'now'>,
  given: unknown,
) {
  const policy = parseField('policy', () => parseMetadataPolicy(given, { path: ['policy'] }))

  async function* effects(after = 0): AsyncGenerator<MemberEffect> {
    const present = await readSettings(db)
    const proposed = { ...present, metadataPolicy: policy }
    for (let last = after; ; ) {
      const rows = await db.subordinate.findMany({
        where: { active: true, id: { gt: last } },
        orderBy: { id: 'asc' },
        take: PAGE,
      })
      for (const row of rows)
        yield effectOn(typedSubordinate(row), { present, proposed, anchor, now: toUnix(now()) })
      const id = rows.at(-1)?.id
      if (id === undefined) return
      last = id
    }
  }

  async function keyOf(entityId: string): Promise<number> {
    const row = await db.subordinate.findUnique({ where: { entityId }, select: { id: true } })
    if (row) return row.id
    throw new InvalidInputError(`${entityId} is no longer registered. Start at the first page.`, 'after')
  }

  return {
    async count(): Promise<EffectCounts> {
      const counts = { unchanged: 0, changed: 0, failing: 0 }
      for await (const { effect } of effects()) counts[counters[effect]]++
      return counts
    },

    async page({ limit, after, effect }: PageRequest): Promise<AffectedPage> {
      const members: MemberEffect[] = []
      for await (const member of effects(after ? await keyOf(after) : 0)) {
        if (effect ? member.effect !== effect : member.effect === 'UNCHANGED') continue
        if (members.length === limit) return { members, hasMore: true }
        members.push(member)
      }
      return { members, hasMore: false }
    },
  }
}

const counters = { UNCHANGED: 'unchanged', CHANGED: 'changed', FAILS: 'failing' } as const

function effectOn(
  subordinate: Subordinate,
  { present, proposed, anchor, now }: { present: Settings; proposed: Settings; anchor: string; now: number },
): MemberEffect {
  const before = resolved(subordinate, present, anchor, now)
  const after = resolved(subordinate, proposed, anchor, now)
  if (!after.metadata) {
    const findings = explain(subordinate, proposed, anchor)
    const { entityId } = subordinate
    return {
      entityId,
      effect: 'FAILS',
      before: before.metadata,
      after: null,
      findings: findings.length > 0 ? findings : [after.reason],
    }
  }
  const effect = before.metadata && isJsonEqual(before.metadata, after.metadata) ? 'UNCHANGED' : 'CHANGED'
  return {
    entityId: subordinate.entityId,
    effect,
    before: before.metadata,
    after: after.metadata,
    findings: [],
  }
}

/** Resolves the metadata by the rules of a resolver. */
function resolved(subordinate: Subordinate, settings: Settings, anchor: string, now: number) {
  try {
    return {
      metadata: resolveMetadata(storedChain(subordinate, { settings, anchor, now })),
      reason: '',
    }
  } catch (error) {
    if (error instanceof FederationError) return { metadata: null, reason: error.message }
    throw error
  }
}

/** Lists all findings; a resolver stops at the first. */
function explain(subordinate: Subordinate, settings: Settings, anchor: string): string[] {
  const { metadata } = parseEntityStatement(subordinate.entityConfiguration, { allowHttp: true }).claims
  const found = applySuperiorMetadata(metadata ?? {}, subordinate.forcedMetadata ?? {})
  const levels = [
    { issuer: anchor, policy: settings.metadataPolicy },
    { issuer: anchor, policy: subordinate.metadataPolicy ?? {} },
  ]
  return explainMetadataPolicy(levels, found).errors.map(({ message }) => message)
}
