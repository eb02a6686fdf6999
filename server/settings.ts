/** The federation's settings: one row that always exists. */
import type { Settings } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database.ts'

export async function readSettings(db: Database | Transaction): Promise<Settings> {
  const settings = await db.settings.findUnique({ where: { id: 1 } })
  return settings ?? (await db.settings.upsert({ where: { id: 1 }, create: { id: 1 }, update: {} }))
}
