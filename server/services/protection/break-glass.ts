/** Executes a protected change without a second person, in an emergency: never, after a delay, or at once, as the settings say. */
import type { Approval, Prisma } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { contentOf, requireUnchanged } from '#server/services/protection/content.ts'
import { obstacleOfOverride } from '#server/services/protection/obstacle.ts'
import type { PasskeyAnswer } from '#server/services/protection/passkey-proof.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import type { createSigning, Signer } from '#server/services/protection/signing.ts'
import { parseReason } from '#server/services/reason.ts'
import { recordChange } from '#server/services/write.ts'

const HOUR_MS = 3_600_000

/** Executes the mutation for the caller, whose changes are approved. What it throws or returns is a failure, unless it is null. */
export type Execute = (approved: Caller, row: Approval) => Promise<{ failure: string | null }>

type Deps = {
  db: Database
  databaseFor(anchor: string | null): Database
  now: Clock
  signing: ReturnType<typeof createSigning>
  find(id: number): Promise<Approval>
  end(tx: Transaction, row: Approval, data: Prisma.ApprovalUpdateManyMutationInput): Promise<void>
  execute(
    caller: Caller,
    row: Approval,
    work: Execute,
    use: (tx: Transaction) => Promise<AuditEntry>,
  ): Promise<Approval>
}

export function createBreakGlass({ db, databaseFor, now, signing, find, end, execute }: Deps) {
  /** Why it cannot be executed without a second person now, as a sentence; null: nothing is in the way. */
  async function overrideObstacle(caller: Caller, row: Approval): Promise<string | null> {
    const settings = await readProtection(db)
    return obstacleOfOverride(row, caller, settings, now()) ?? (await signing.obstacle(caller, row))
  }

  return {
    overrideObstacle,

    /**
     * Alerts everyone. With a delay, the first call only begins it, and no other one begins it again.
     * @throws NotFoundError, ConflictError, InvalidInputError
     */
    async override(
      caller: Signer,
      id: number,
      { given, answer }: { given: string; answer: PasskeyAnswer },
      work: Execute,
    ): Promise<Approval> {
      const row = await find(id)
      const reason = parseReason(given)
      if (!reason) throw new InvalidInputError('Say why it cannot wait for a second person.', 'reason')
      const obstacle = await overrideObstacle(caller, row)
      if (obstacle) throw new ConflictError(obstacle, 'id')
      requireUnchanged(row)
      const signature = await signing.verify(caller, row, answer)
      const { breakGlass, breakGlassHours } = await readProtection(db)
      const entry = {
        action: 'override' as const,
        resource: String(id),
        before: contentOf(row),
        reason,
      }
      if (breakGlass === 'DELAYED' && row.overrideAt === null) {
        const overrideAt = new Date(now().getTime() + breakGlassHours * HOUR_MS)
        await recordChange(databaseFor(row.anchor), caller, async (tx) => {
          const data = { overrideBy: caller.name, overrideAt, message: reason }
          const { count } = await tx.approval.updateMany({
            where: { id, hash: row.hash, state: 'OPEN' },
            data,
          })
          if (count === 0) throw new ConflictError('Someone else has decided or changed it.', 'id')
          await signature.note(tx)
          return { ...entry, after: { ...signature.entry, from: overrideAt }, result: undefined }
        })
        return find(id)
      }
      return execute(caller, row, work, async (tx) => {
        const decision = { decidedBy: caller.name, message: reason, overridden: true }
        await end(tx, row, { state: 'EXECUTED', ...decision, lastError: null })
        await signature.note(tx)
        const { action, resource } = row
        return { ...entry, after: { ...signature.entry, action, resource } }
      })
    },
  }
}
