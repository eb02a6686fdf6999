/** Changes what is protected. */
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, createVersionConflict, InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import {
  type BreakGlass,
  type ProtectedOperation,
  type ProtectionSettings,
  withImplied,
} from '#server/services/protection/operation.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'

const LONGEST_HOURS = 720
/** One asks, the other approves. */
const NEEDED = 2

/** Absent: unchanged. */
export type ProtectionChange = {
  operations?: readonly ProtectedOperation[] | null | undefined
  commandLine?: boolean | null | undefined
  validForHours?: number | null | undefined
  breakGlass?: BreakGlass | null | undefined
  breakGlassHours?: number | null | undefined
  version?: number | null | undefined
}

export type ProtectionService = ReturnType<typeof createProtectionService>

export function createProtectionService({ db, now }: { db: Database; now: Clock }) {
  return {
    read: (): Promise<ProtectionSettings> => readProtection(db),

    /** @throws InvalidInputError, ConflictError, ApprovalRequiredError */
    update(caller: Caller, { version, ...change }: ProtectionChange): Promise<ProtectionSettings> {
      checkInput(change)
      return recordChange(db, caller, async (tx) => {
        await lock(tx, 'inmor:protection')
        const before = await readProtection(tx)
        if (version != null && version !== before.version) throw createVersionConflict(version)
        const operations = change.operations ? withImplied(change.operations) : before.operations
        if (operations.length > 0) await requireTwoPeople(tx)
        const data = {
          operations: [...operations],
          commandLine: change.commandLine ?? before.commandLine,
          validForHours: change.validForHours ?? before.validForHours,
          breakGlass: change.breakGlass ?? before.breakGlass,
          breakGlassHours: change.breakGlassHours ?? before.breakGlassHours,
          version: before.version + 1,
          updatedAt: now(),
        }
        await tx.protection.upsert({ where: { id: 1 }, create: data, update: data })
        const result = await readProtection(tx)
        const states = { before, after: result, protection: before }
        return { action: 'updateProtection', resource: '', ...states, result }
      })
    },
  }
}

function checkInput({ validForHours, breakGlassHours }: ProtectionChange): void {
  for (const [name, hours] of Object.entries({ validForHours, breakGlassHours })) {
    if (hours != null && (hours < 1 || hours > LONGEST_HOURS))
      throw new InvalidInputError(`${name} must be between 1 and ${LONGEST_HOURS}.`, name)
  }
}

/** Otherwise no change could be approved, not even the end of the protection. @throws ConflictError */
async function requireTwoPeople(tx: Transaction): Promise<void> {
  const count = await tx.user.count({
    where: { role: 'admin', passkeys: { some: {} }, OR: [{ banned: false }, { banned: null }] },
  })
  if (count < NEEDED)
    throw new ConflictError(
      `Two administrators with a passkey are needed, and there ${count === 1 ? 'is 1' : `are ${count}`}. Register passkeys first.`,
      'operations',
    )
}
