/** Reads the federation's settings: one row, created by the first migration. */
import type { Settings } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'

export function readSettings(db: Database | Transaction): Promise<Settings> {
  return db.settings.findUniqueOrThrow({ where: { id: 1 } })
}
