/** What is checked of a change of the settings before it is written. A plan of configuration files checks the same. */
import type { Transaction } from '#server/database/client.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { checkWrittenMetadata } from '#server/services/entity/written-metadata.ts'
import { checkBudget, checkBudgetOfRows } from '#server/services/trust-anchor/outage-budget.ts'
import { checkAgainstSubordinates } from '#server/services/trust-anchor/policy-agreement.ts'

/** @throws InvalidInputError */
export function checkSettings(before: Settings, patch: Partial<Settings>): void {
  if (patch.organization) {
    const own = { federation_entity: patch.organization }
    checkWrittenMetadata('organization', own, { federation_entity: before.organization })
  }
  const { statementHours, maximumStatementHours } = { ...before, ...patch }
  if (statementHours > maximumStatementHours) {
    throw new InvalidInputError('statementHours must not be above maximumStatementHours.', 'statementHours')
  }
  checkBudget({ ...before, ...patch }, patch)
}

/** Against other rows, in the transaction that writes. @throws InvalidInputError */
export async function checkSettingsAgainstRows(tx: Transaction, patch: Partial<Settings>): Promise<void> {
  if (patch.metadataPolicy) await checkAgainstSubordinates(tx, patch.metadataPolicy)
  if (patch.outageBudget) await checkBudgetOfRows(tx, patch.outageBudget)
}
