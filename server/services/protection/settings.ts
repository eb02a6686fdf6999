/** Reads what is protected. */
import type { Transaction } from '#server/database/client.ts'
import {
  ALWAYS,
  isProtectedOperation,
  type ProtectionSettings,
} from '#server/services/protection/operation.ts'

/** Hours after which a change request can no longer be approved, unless the settings say otherwise. */
const VALID_FOR_HOURS = 72

export async function readProtection(tx: Pick<Transaction, 'protection'>): Promise<ProtectionSettings> {
  const row = await tx.protection.findUnique({ where: { id: 1 } })
  if (!row) {
    return {
      operations: [],
      trustMarkTypes: [],
      commandLine: true,
      validForHours: VALID_FOR_HOURS,
      updatedAt: new Date(0),
      version: 0,
    }
  }
  const { id, ...settings } = row
  const operations = settings.operations.filter(isProtectedOperation)
  return { ...settings, operations: operations.length === 0 ? [] : [...new Set([...operations, ALWAYS])] }
}
