/** Reads the federation's settings: one row, created by the first migration. */
import type { Database, Transaction } from '#server/database/client.ts'
import { type Settings, typedSettings } from '#server/database/typed-row.ts'

export async function readSettings(db: Database | Transaction): Promise<Settings> {
  return typedSettings(await db.settings.findUniqueOrThrow({ where: { id: 1 } }))
}

/** The anchor's name for people. */
export const nameOfAnchor = (
  { displayName, organizationName }: Pick<Settings, 'displayName' | 'organizationName'>,
  entityId: string,
): string => displayName ?? organizationName ?? entityId
