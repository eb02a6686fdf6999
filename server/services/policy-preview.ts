/** What a federation policy would do to every registered subordinate, before it is saved. */
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { jsonEqual } from '#core/json.ts'
import { applySuperiorMetadata, type Metadata } from '#core/metadata.ts'
import {
  explainMetadataPolicy,
  type MetadataPolicy,
  parseMetadataPolicy,
} from '#core/metadata-policy/index.ts'
import { resolveMetadata } from '#core/trust-chain/index.ts'
import type { Settings, Subordinate } from '#prisma/generated/client/client.ts'
import type { ServiceContext } from '#server/services/index.ts'
import { parseField } from '#server/services/operation-error.ts'
import { prospectiveChain } from '#server/services/prospective-chain.ts'
import { readSettings } from '#server/settings.ts'

const PAGE = 500

export type PolicyEffect = 'UNCHANGED' | 'CHANGED' | 'FAILS'
export type MemberEffect = {
  entityId: string
  effect: PolicyEffect
  /** Resolved metadata now and then; null where it is rejected. */
  before: Metadata | null
  after: Metadata | null
  /** Every finding, as sentences. */
  findings: string[]
}
export type PolicyPreview = { unchanged: number; changed: number; failing: number; affected: MemberEffect[] }

/** Looks at every active subordinate; of those affected, the first `limit` are described. */
export async function previewPolicy(
  { db, entityId: anchor }: Pick<ServiceContext, 'db' | 'entityId'>,
  input: { policy: unknown; limit: number },
): Promise<PolicyPreview> {
  const policy = parseField('policy', () => parseMetadataPolicy(input.policy))
  const now = await readSettings(db)
  const then = { ...now, metadataPolicy: policy as Settings['metadataPolicy'] } // parsed from JSON
  const preview: PolicyPreview = { unchanged: 0, changed: 0, failing: 0, affected: [] }
  for (let after = 0; ; ) {
    const rows = await db.subordinate.findMany({
      where: { active: true, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return preview
    for (const row of rows) {
      const member = effectOn(row, { now, then, anchor })
      preview[counters[member.effect]]++
      if (member.effect !== 'UNCHANGED' && preview.affected.length < input.limit)
        preview.affected.push(member)
    }
    after = last.id
  }
}

const counters = { UNCHANGED: 'unchanged', CHANGED: 'changed', FAILS: 'failing' } as const

function effectOn(
  subordinate: Subordinate,
  context: { now: Settings; then: Settings; anchor: string },
): MemberEffect {
  const before = resolved(subordinate, context.now, context.anchor)
  const after = resolved(subordinate, context.then, context.anchor)
  if (!after.metadata) {
    const findings = explain(subordinate, context.then, context.anchor)
    const { entityId } = subordinate
    return {
      entityId,
      effect: 'FAILS',
      before: before.metadata,
      after: null,
      findings: findings.length > 0 ? findings : [after.reason],
    }
  }
  const effect = before.metadata && jsonEqual(before.metadata, after.metadata) ? 'UNCHANGED' : 'CHANGED'
  return {
    entityId: subordinate.entityId,
    effect,
    before: before.metadata,
    after: after.metadata,
    findings: [],
  }
}

/** What a resolver concludes, by its own rules. */
function resolved(subordinate: Subordinate, settings: Settings, anchor: string) {
  try {
    const statement = parseEntityStatement(subordinate.entityConfiguration, { allowHttp: true })
    const now = Math.floor(Date.now() / 1000)
    return {
      metadata: resolveMetadata(prospectiveChain(statement, { subordinate, settings, anchor, now })),
      reason: '',
    }
  } catch (error) {
    if (error instanceof FederationError) return { metadata: null, reason: error.message }
    throw error
  }
}

/** All findings, where a resolver stops at the first. */
function explain(subordinate: Subordinate, settings: Settings, anchor: string): string[] {
  const { metadata } = parseEntityStatement(subordinate.entityConfiguration, { allowHttp: true }).claims
  // The JSON columns were parsed when they were written.
  const found = applySuperiorMetadata(metadata ?? {}, (subordinate.forcedMetadata ?? {}) as Metadata)
  const levels = [
    { issuer: anchor, policy: settings.metadataPolicy as MetadataPolicy },
    { issuer: anchor, policy: (subordinate.metadataPolicy ?? {}) as MetadataPolicy },
  ]
  return explainMetadataPolicy(levels, found).errors.map(({ message }) => message)
}
