/** Reads what each superior says about this anchor: its keys and the policy for it (§3.1.3, §6.1). */
import { FederationError } from '#core/errors.ts'
import { createStatementReader } from '#core/trust-chain/index.ts'
import type { Superior } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { type Database, jsonOrNull } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { ServiceContext } from '#server/services/context.ts'

/** The superiors of the settings; one that was never read has no row. */
export type SuperiorView = { entityId: string; row: Superior | null }

export type Superiors = ReturnType<typeof createSuperiors>

/** As read last, in the order of the authority hints. */
export async function listSuperiors(db: Database): Promise<SuperiorView[]> {
  const { authorityHints } = await readSettings(db)
  if (authorityHints.length === 0) return []
  const rows = await db.superior.findMany({ where: { entityId: { in: authorityHints } } })
  return authorityHints.map((entityId) => ({
    entityId,
    row: rows.find((row) => row.entityId === entityId) ?? null,
  }))
}

export function createSuperiors({
  db,
  entityId: anchor,
  allowHttp,
  fetcher,
  now,
}: Pick<ServiceContext, 'db' | 'entityId' | 'allowHttp' | 'fetcher' | 'now'>) {
  async function readStatement(superior: string) {
    const source = createStatementReader({ source: fetcher, fetches: 2, now: toUnix(now()), allowHttp })
    const configuration = await source.entityConfiguration(superior)
    return (await source.subordinateStatement(configuration, anchor)).claims
  }

  async function read(entityId: string): Promise<void> {
    const checkedAt = now()
    try {
      const { exp, jwks, metadata_policy } = await readStatement(entityId)
      const before = await db.superior.findUnique({ where: { entityId } })
      const until = new Date(Math.max(exp * 1000, Number(before?.statementsUntil ?? 0)))
      // Its earlier statements were valid for as long, so those without a new key expire by then.
      const known = keysOf(before)
      const keys = Object.fromEntries(jwks.keys.map(({ kid }) => [kid, known[kid] ?? until.toISOString()]))
      const metadataPolicy = jsonOrNull(metadata_policy ?? null)
      const data = { checkedAt, lastError: null, statementsUntil: until, keys, metadataPolicy }
      await db.superior.upsert({ where: { entityId }, create: { entityId, ...data }, update: data })
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      const data = { checkedAt, lastError: error.message }
      await db.superior.upsert({ where: { entityId }, create: { entityId, ...data }, update: data })
    }
  }

  return {
    list: () => listSuperiors(db),
    /** Asks every superior, and stores its answer or why there is none. */
    async check(): Promise<SuperiorView[]> {
      const { authorityHints } = await readSettings(db)
      await Promise.all(authorityHints.map(read))
      await db.superior.deleteMany({ where: { entityId: { notIn: authorityHints } } })
      return listSuperiors(db)
    },
  }
}

/** By kid: when the last statement without the key expires. */
export function keysOf(row: Superior | null): Record<string, string> {
  return (row?.keys ?? {}) as Record<string, string> // written above
}
