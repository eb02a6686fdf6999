/** Reads what is protected. */
import { Prisma, type Protection } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import {
  breakGlassModes,
  type ProtectionSettings,
  withImplied,
} from '#server/services/protection/operation.ts'

/** Hours after which an approval can no longer be approved, unless the settings say otherwise. */
const VALID_FOR_HOURS = 72
/** Hours from which a new passkey counts for approvals. */
const PASSKEY_HOURS = 24
const BREAK_GLASS_HOURS = 24

/** Of a new installation. */
export const defaultProtection: Omit<ProtectionSettings, 'updatedAt' | 'version'> = {
  operations: [],
  commandLine: true,
  validForHours: VALID_FOR_HOURS,
  passkeyHours: PASSKEY_HOURS,
  breakGlass: 'OFF',
  breakGlassHours: BREAK_GLASS_HOURS,
}

export async function readProtection(tx: Pick<Transaction, '$queryRaw'>): Promise<ProtectionSettings> {
  const [row] = await readTogether<Protection>(tx, Prisma.sql`SELECT * FROM "Protection"`, ['updatedAt'])
  if (!row) return { ...defaultProtection, updatedAt: new Date(0), version: 0 }
  const { id, ...settings } = row
  const breakGlass = breakGlassModes.find((mode) => mode === settings.breakGlass) ?? 'OFF'
  return { ...settings, breakGlass, operations: withImplied(settings.operations) }
}
