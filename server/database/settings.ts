/** Reads the federation's settings: one row, created by the first migration. */
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { readOneTogether } from '#server/database/together.ts'
import type { Settings } from '#server/database/typed-row.ts'

export async function readSettings(db: Database | Transaction): Promise<Settings> {
  return readOneTogether<Settings>(db, Prisma.sql`SELECT * FROM "Settings"`, ['updatedAt'])
}

/** The anchor's name for people. */
export const nameOfAnchor = (
  { displayName, organizationName }: Pick<Settings, 'displayName' | 'organizationName'>,
  entityId: string,
): string => displayName ?? organizationName ?? entityId
