/** Reads what each superior says about this anchor: its keys and the policy for it (§3.1.3, §6.1). */
import { FederationError } from '#core/errors.ts'
import { createStatementReader } from '#core/trust-chain/index.ts'
import { Prisma, type Superior } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { type Database, jsonOrNull } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { readTogether } from '#server/database/together.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createKeyNotice } from '#server/services/superior/key-notice.ts'

/** The superiors of the settings; one that was never read has no row. */
export type SuperiorView = { entityId: string; row: Superior | null }

export type Superiors = ReturnType<typeof createSuperiors>

/** As read last, in the order of the authority hints. */
export async function listSuperiors(db: Database): Promise<SuperiorView[]> {
  const [{ authorityHints }, rows] = await Promise.all([
    readSettings(db),
    readTogether<Superior>(db, Prisma.sql`SELECT * FROM "Superior"`, ['checkedAt', 'statementsUntil']),
  ])
  return authorityHints.map((entityId) => ({
    entityId,
    row: rows.find((row) => row.entityId === entityId) ?? null,
  }))
}

/** `notice`: what became of asking it to fetch new keys; null if there was nothing to ask. */
type CheckedSuperior = SuperiorView & { notice: string | null }

export function createSuperiors(
  context: Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'fetcher' | 'signingKeys' | 'now'>,
) {
  const { db, entityId: anchor, allowHttp, fetcher, now } = context
  const askToFetch = createKeyNotice(context)

  async function readStatement(superior: string) {
    const source = createStatementReader({ source: fetcher, fetches: 2, now: toUnix(now()), allowHttp })
    const configuration = await source.entityConfiguration(superior)
    return { configuration, statement: await source.subordinateStatement(configuration, anchor) }
  }

  async function read(entityId: string): Promise<string | null> {
    const checkedAt = now()
    try {
      const { configuration, statement } = await readStatement(entityId)
      const { exp, jwks, metadata_policy } = statement.claims
      const before = await db.superior.findUnique({ where: { entityId } })
      const until = new Date(Math.max(exp * 1000, Number(before?.statementsUntil ?? 0)))
      // Its earlier statements were valid for as long, so those without a new key expire by then.
      const known = keysOf(before)
      const keys = Object.fromEntries(jwks.keys.map(({ kid }) => [kid, known[kid] ?? until.toISOString()]))
      const metadataPolicy = jsonOrNull(metadata_policy ?? null)
      const data = { checkedAt, lastError: null, statementsUntil: until, keys, metadataPolicy }
      await db.superior.upsert({ where: { entityId }, create: { entityId, ...data }, update: data })
      return await askToFetch(configuration, jwks)
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      const data = { checkedAt, lastError: error.message }
      await db.superior.upsert({ where: { entityId }, create: { entityId, ...data }, update: data })
      return null
    }
  }

  return {
    list: () => listSuperiors(db),
    /**
     * Asks every superior, and stores its answer or why there is none. One whose statement has other keys than this anchor
     * is asked to fetch them, if it offers that.
     */
    async check(): Promise<CheckedSuperior[]> {
      const { authorityHints } = await readSettings(db)
      const notices = await Promise.all(authorityHints.map(read))
      await db.superior.deleteMany({ where: { entityId: { notIn: authorityHints } } })
      const noticeOf = (id: string) => notices[authorityHints.indexOf(id)] ?? null
      return (await listSuperiors(db)).map((view) => ({ ...view, notice: noticeOf(view.entityId) }))
    },
  }
}

/** By kid: when the last statement without the key expires. */
export function keysOf(row: Superior | null): Record<string, string> {
  return (row?.keys ?? {}) as Record<string, string> // written above
}
