/** Changes what is protected. */
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, createVersionConflict, InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SecondFactorGroup } from '#server/identity/roles.ts'
import {
  type BreakGlass,
  type ProtectedOperation,
  type ProtectionSettings,
  withImplied,
} from '#server/services/protection/operation.ts'
import { APPROVERS_NEEDED, countApprovers, type Rule } from '#server/services/protection/passkeys.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'

const LONGEST_HOURS = 720
/** Who can approve a change. */
const approvers = ['admin', 'operator'] as const

/** Absent: unchanged. */
export type ProtectionChange = {
  operations?: readonly ProtectedOperation[] | null | undefined
  commandLine?: boolean | null | undefined
  validForHours?: number | null | undefined
  passkeyHours?: number | null | undefined
  breakGlass?: BreakGlass | null | undefined
  breakGlassHours?: number | null | undefined
  version?: number | null | undefined
}

export type ProtectionService = ReturnType<typeof createProtectionService>

type Deps = {
  db: Database
  now: Clock
  /** Who needs a second factor. */
  secondFactorGroups: readonly SecondFactorGroup[]
}

export function createProtectionService({ db, now, secondFactorGroups }: Deps) {
  return {
    read: (): Promise<ProtectionSettings> => readProtection(db),

    /** Why nothing can be protected now, as sentences. */
    async obstacles(): Promise<string[]> {
      const { passkeyHours: hours } = await readProtection(db)
      const found = [
        await findMissingPeople(db, { hours, now: now() }),
        findMissingFactors(secondFactorGroups),
      ]
      return found.filter((sentence) => sentence !== null)
    },

    /** @throws InvalidInputError, ConflictError, ApprovalRequiredError */
    update(caller: Caller, { version, ...change }: ProtectionChange): Promise<ProtectionSettings> {
      checkProtection(change)
      return recordChange(db, caller, async (tx) => {
        await lock(tx, 'inmor:protection')
        const before = await readProtection(tx)
        if (version != null && version !== before.version) throw createVersionConflict(version)
        const operations = change.operations ? withImplied(change.operations) : before.operations
        const passkeyHours = change.passkeyHours ?? before.passkeyHours
        if (operations.some((name) => !before.operations.includes(name)))
          refuseFor(findMissingFactors(secondFactorGroups))
        if (operations.length > 0) refuseFor(await findMissingPeople(tx, { hours: passkeyHours, now: now() }))
        const data = {
          operations: [...operations],
          commandLine: change.commandLine ?? before.commandLine,
          validForHours: change.validForHours ?? before.validForHours,
          passkeyHours,
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

/** @throws InvalidInputError */
export function checkProtection({ validForHours, breakGlassHours, passkeyHours }: ProtectionChange): void {
  for (const [name, hours, least] of [
    ['validForHours', validForHours, 1],
    ['breakGlassHours', breakGlassHours, 1],
    ['passkeyHours', passkeyHours, 0],
  ] as const) {
    if (hours != null && (hours < least || hours > LONGEST_HOURS))
      throw new InvalidInputError(`${name} must be between ${least} and ${LONGEST_HOURS}.`, name)
  }
}

/** @throws ConflictError */
function refuseFor(obstacle: string | null): void {
  if (obstacle !== null) throw new ConflictError(obstacle, 'operations')
}

/** Otherwise a password alone would be one of the two people. */
function findMissingFactors(groups: readonly SecondFactorGroup[]): string | null {
  const missing = approvers.filter((role) => !groups.includes(role))
  if (missing.length === 0) return null
  const value = [...groups, ...missing].join(',')
  return `Everyone who can approve must use a second factor first. Set REQUIRE_SECOND_FACTOR=${value} and restart the server.`
}

/** Otherwise no change could be approved, not even the end of the protection. */
async function findMissingPeople(tx: Pick<Transaction, 'user'>, rule: Rule): Promise<string | null> {
  const count = await countApprovers(tx, rule)
  if (count >= APPROVERS_NEEDED) return null
  const when =
    rule.hours > 0
      ? ` A passkey counts ${rule.hours} hours after its registration, or once another administrator has confirmed it.`
      : ''
  return `Two administrators with a passkey that counts are needed, and there ${count === 1 ? 'is 1' : `are ${count}`}. Register passkeys first.${when}`
}
