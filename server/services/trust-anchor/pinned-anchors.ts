/** Follows the keys of the foreign Trust Anchors that are pinned, through their own announced rollovers (§10, §11.2). */
import { type EntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { followPinnedKeys } from '#core/pinned-keys.ts'
import { checkEntityLimits } from '#core/trust-chain/index.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { type PinnedAnchor, Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { readTogether } from '#server/database/together.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { readHostedSuperiors } from '#server/publish/pins.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { changeSettings } from '#server/services/trust-anchor/settings-change.ts'
import type { TrustAnchorService } from '#server/services/trust-anchor/trust-anchor.ts'

const caller = jobCaller('follow-anchors')

/** An anchor of the settings; one that was never visited has no row. */
export type PinnedAnchorView = { entityId: string; row: PinnedAnchor | null }

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'hosted' | 'allowHttp' | 'fetcher' | 'now'> & {
  trustAnchor: TrustAnchorService
}

/** As visited last. */
export async function listPinnedAnchors(db: Database): Promise<PinnedAnchorView[]> {
  const times = ['checkedAt', 'followedAt', 'issuedAt', 'failingSince'] as const
  const [{ trustAnchors }, rows] = await Promise.all([
    readSettings(db),
    readTogether<PinnedAnchor>(db, Prisma.sql`SELECT * FROM "PinnedAnchor"`, times),
  ])
  return Object.keys(trustAnchors).map((entityId) => ({
    entityId,
    row: rows.find((row) => row.entityId === entityId) ?? null,
  }))
}

/** By kid, when a key ends that the anchor does not publish any more, in unix seconds. */
export function endingsOf(row: PinnedAnchor | null): Readonly<Record<string, number>> {
  return (row?.endings ?? {}) as Record<string, number> // written below
}

export function createPinnedAnchors(context: Context) {
  const { db, allowHttp, fetcher, now, trustAnchor } = context

  /** Its configuration, which a pinned key signed. @throws FederationError with `check` signature if none did */
  async function visit(entityId: string, pinned: JwkSet): Promise<EntityStatement> {
    const clock = { now: toUnix(now()) }
    const jwt = await fetcher.entityConfiguration(entityId)
    const statement = await verifyEntityConfiguration(jwt, { entityId, allowHttp, ...clock })
    await verifySignature(statement, pinned, clock)
    checkEntityLimits(statement)
    return statement
  }

  async function follow(entityId: string, pinned: JwkSet): Promise<void> {
    const checkedAt = now()
    const before = await db.pinnedAnchor.findUnique({ where: { entityId } })
    try {
      const { claims } = await visit(entityId, pinned)
      const issuedAt = new Date(claims.iat * 1000)
      // A copy that is older than what was seen, such as that of a cache, announces nothing.
      const isOld = before?.issuedAt && issuedAt < before.issuedAt
      const state = { keys: pinned.keys, endings: endingsOf(before) }
      const { keys, endings } = isOld ? state : await followPinnedKeys(state, claims.jwks, toUnix(now()))
      if (!isJsonEqual(keys, pinned.keys) && !(await pin(entityId, pinned, { keys }))) return
      const followed = { checkedAt, followedAt: checkedAt, lastError: null, failingSince: null }
      const seen = isOld ? {} : { issuedAt, endings }
      const data = { ...followed, ...seen, isChanged: false }
      await db.pinnedAnchor.upsert({ where: { entityId }, create: { entityId, ...data }, update: data })
    } catch (error) {
      const isUnreachable = error instanceof FetchError
      if (!isUnreachable && !(error instanceof FederationError)) throw error
      // One that cannot be reached has not taken back its change.
      const isChanged = isUnreachable ? (before?.isChanged ?? false) : error.detail.check === 'signature'
      const failingSince = before?.failingSince ?? checkedAt
      const data = { checkedAt, lastError: error.message, failingSince, isChanged }
      await db.pinnedAnchor.upsert({ where: { entityId }, create: { entityId, ...data }, update: data })
    }
  }

  /** False if an operator has pinned others meanwhile, which the next visit follows. @throws ConflictError */
  const pin = (entityId: string, before: JwkSet, jwks: JwkSet): Promise<boolean> =>
    changeSettings({ db, trustAnchor, caller }, ({ trustAnchors }) =>
      isJsonEqual(trustAnchors[entityId], before)
        ? { trustAnchors: { ...trustAnchors, [entityId]: jwks } }
        : null,
    )

  return {
    list: () => listPinnedAnchors(db),

    /** Visits every anchor of other installations. One after another, because all of them are in one row of the settings. @throws ConflictError */
    async follow(): Promise<PinnedAnchorView[]> {
      const { trustAnchors } = await readSettings(db)
      const hosted = await readHostedSuperiors(context)
      const foreign = Object.entries(trustAnchors).filter(([entityId]) => !hosted[entityId])
      for (const [entityId, jwks] of foreign) await follow(entityId, jwks)
      await db.pinnedAnchor.deleteMany({ where: { entityId: { notIn: foreign.map(([id]) => id) } } })
      return listPinnedAnchors(db)
    },
  }
}
