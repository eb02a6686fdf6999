/** Computes what a federation policy does to members and to entities below Intermediates, before it is saved. */
import { setImmediate } from 'node:timers/promises'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { isJsonEqual } from '#core/json.ts'
import { parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { parseField } from '#server/error/operation-error.ts'
import { createChainSource, resolveFound } from '#server/services/collection/chains.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type Resolved, resolveContent } from '#server/services/entity/chain-fault.ts'
import { prospectiveChain } from '#server/services/entity/prospective-chain.ts'
import { createEffectGroups, type EffectGroup } from '#server/services/trust-anchor/effect-groups.ts'

/** Rows per page. Each takes up to a millisecond, in which the process answers no request. */
const PAGE = 100
/** Milliseconds for all entities of a part; those that are left are not examined. */
const PATIENCE_MS = 60_000
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

type Both = { present: Settings; proposed: Settings }
/** Null: not known. */
type Pair = { id: number; before: Resolved; after: Resolved } | null
type Reader = (after: number) => Promise<{ pairs: Pair[]; last: number | undefined }>

export function createPolicyEffects(context: ServiceContext) {
  const { db, entityId: anchor, now } = context
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

  async function readBoth(given: unknown): Promise<Both> {
    const metadataPolicy = parseField('policy', () => parseMetadataPolicy(given, { path: ['policy'] }))
    const present = await readSettings(db)
    return { present, proposed: { ...present, metadataPolicy } }
  }

  function membersReader({ present, proposed }: Both): Reader {
    const input = { anchor, now: toUnix(now()) }
    return async (after) => {
      const rows = await db.subordinate.findMany({
        where: { active: true, id: { gt: after } },
        orderBy: { id: 'asc' },
        take: PAGE,
      })
      const pairs = rows.map((row): Pair => {
        const resolve = createMemberResolution(typedSubordinate(row), input)
        return { id: row.id, before: resolve(present), after: resolve(proposed) }
      })
      return { pairs, last: rows.at(-1)?.id }
    }
  }

  function belowReader(crawlId: number, { present, proposed }: Both): Reader {
    const source = createChainSource(context, crawlId)
    return async (after) => {
      const rows = await db.collectedEntity.findMany({
        where: { crawlId, id: { gt: after } },
        orderBy: { id: 'asc' },
        take: PAGE,
      })
      const registered = await readRegistered(rows.map(({ entityId }) => entityId))
      const below = rows.filter(({ entityId }) => !registered.has(entityId))
      const found = await source.of(below)
      const pairs = below.map(({ id }, index): Pair => {
        const [before, after] = [present, proposed].map((each) => resolveFound(found[index] ?? null, each))
        return before && after ? { id, before, after } : null
      })
      return { pairs, last: rows.at(-1)?.id }
    }
  }

  async function readRegistered(entityIds: string[]): Promise<Set<string>> {
    const where = { entityId: { in: entityIds } }
    const rows = await db.subordinate.findMany({ where, select: { entityId: true } })
    return new Set(rows.map(({ entityId }) => entityId))
  }

  return {
    /** @throws InvalidInputError for a policy that is none */
    async members(given: unknown): Promise<EffectPart> {
      const both = await readBoth(given)
      const state = await db.subordinate.aggregate({
        where: { active: true },
        _count: true,
        _max: { updatedAt: true },
      })
      const key = JSON.stringify(['members', both.present.version, state, both.proposed.metadataPolicy])
      return keep(key, () => examine(membersReader(both), state._count))
    },

    /** Null before the first crawl. @throws InvalidInputError for a policy that is none */
    async below(given: unknown): Promise<BelowPart | null> {
      const both = await readBoth(given)
      const crawl = await db.collectionEvaluation.findUnique({ where: { id: 1 } })
      if (!crawl) return null
      const { crawlId, crawledAt, basis } = crawl
      const total = await db.collectedEntity.count({ where: { crawlId } })
      const { version } = both.present
      const key = JSON.stringify(['below', version, crawlId, basis, both.proposed.metadataPolicy])
      return { ...(await keep(key, () => examine(belowReader(crawlId, both), total))), crawledAt }
    },
  }
}

/** Reads the configuration once for both policies. */
function createMemberResolution(subordinate: Subordinate, input: { anchor: string; now: number }) {
  const { entityConfiguration } = subordinate
  let configuration: ReturnType<typeof parseEntityStatement> | undefined
  return (settings: Settings) =>
    resolveContent(() => {
      configuration ??= parseEntityStatement(entityConfiguration, { allowHttp: true })
      return prospectiveChain(configuration, { ...input, subordinate, settings })
    })
}

async function examine(read: Reader, total: number): Promise<EffectPart> {
  const groups = createEffectGroups()
  const part = { unchanged: 0, changed: 0, failing: 0, alreadyFailing: 0, unknown: 0, examined: 0, total }
  const end = performance.now() + PATIENCE_MS
  for (let after: number | undefined = 0; after !== undefined && performance.now() < end; ) {
    const page = await read(after)
    for (const pair of page.pairs) {
      part.examined += 1
      if (!pair) part.unknown += 1
      else count(part, pair)
      if (pair) groups.add(pair.id, pair.before, pair.after)
    }
    after = page.last
    await setImmediate()
  }
  return { ...part, groups: groups.list() }
}

function count(part: Omit<EffectPart, 'groups'>, { before, after }: NonNullable<Pair>): void {
  if (after.fault) {
    part.failing += 1
    if (before.fault) part.alreadyFailing += 1
  } else if (isJsonEqual(before.metadata, after.metadata)) part.unchanged += 1
  else part.changed += 1
}
