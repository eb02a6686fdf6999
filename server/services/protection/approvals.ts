/** Decides protected changes: another person approves one with a passkey, two object to it, or it is withdrawn or overridden. */
import type { Approval, Prisma } from '#prisma/generated/client/client.ts'
import { type Database, jsonOrNull, type Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { type ApprovalInUse, runWithApproval } from '#server/services/protection/approval.ts'
import { createBreakGlass, type Execute } from '#server/services/protection/break-glass.ts'
import { contentOf, hashOfContent, requireUnchanged } from '#server/services/protection/content.ts'
import { addComment } from '#server/services/protection/discussion.ts'
import type { Changed } from '#server/services/protection/effect.ts'
import {
  isAsker,
  obstacleOfApproval,
  obstacleOfRefusal,
  refusalBy,
} from '#server/services/protection/obstacle.ts'
import type { PasskeyAnswer } from '#server/services/protection/passkey-proof.ts'
import { columnsOfEffect, createProposal } from '#server/services/protection/proposal.ts'
import { createSigning, type Signer, type SigningDeps } from '#server/services/protection/signing.ts'
import { parseReason } from '#server/services/reason.ts'
import { recordChange } from '#server/services/write.ts'

export type ApprovalState = 'OPEN' | 'EXECUTED' | 'REFUSED' | 'WITHDRAWN' | 'EXPIRED'

export type ApprovalDeps = SigningDeps & {
  /** The database client of an anchor, whose audit log then has the entry; null: the anchor was removed. */
  databaseOf(anchor: string): Database | null
}

export type Approvals = ReturnType<typeof createApprovals>

export function createApprovals({ databaseOf, ...deps }: ApprovalDeps) {
  const { db, now } = deps
  const signing = createSigning(deps)

  /** Its audit entries are in the log of its anchor. */
  const databaseFor = (anchor: string | null) => (anchor === null ? db : (databaseOf(anchor) ?? db))

  async function find(id: number): Promise<Approval> {
    const row = await db.approval.findUnique({ where: { id } })
    if (!row) throw new NotFoundError('There is no such approval.', 'id')
    return row
  }

  /** @throws ConflictError */
  async function end(
    tx: Transaction,
    { id }: Approval,
    data: Prisma.ApprovalUpdateManyMutationInput,
  ): Promise<void> {
    const where = { id, state: 'OPEN', expiresAt: { gt: now() } }
    const { count } = await tx.approval.updateMany({ where, data: { ...data, decidedAt: now() } })
    if (count === 0) throw alreadyDecided()
  }

  /** Shows what it would do now beside what it did when it was read. Earlier signatures are about something else. */
  async function askAgain(caller: Caller, row: Approval, changed: Changed): Promise<never> {
    const before = contentOf(row)
    await recordChange(databaseFor(row.anchor), caller, async (tx) => {
      const columns = columnsOfEffect(changed)
      const after = contentOf({ ...row, ...columns })
      const { count } = await tx.approval.updateMany({
        where: { id: row.id, hash: row.hash, state: 'OPEN' },
        data: {
          ...columns,
          hash: hashOfContent(after),
          previousEffect: jsonOrNull(row.effect),
          movedAt: now(),
          // The delay was for the effect that was shown.
          overrideBy: null,
          overrideAt: null,
        },
      })
      if (count === 0) return { action: null, result: undefined }
      return { action: 'requestApproval', resource: String(row.id), before, after, result: undefined }
    })
    throw new ConflictError(
      'It would do something else now than when it was shown. Nothing was changed. Read what is different, then sign again.',
      'id',
    )
  }

  async function execute(
    caller: Caller,
    row: Approval,
    work: Execute,
    use: (tx: Transaction) => Promise<AuditEntry>,
  ): Promise<Approval> {
    const approval: ApprovalInUse = { approvalId: row.id, effect: hashOfContent(row.effect), use }
    const { failure } = await runWithApproval(caller, approval, (approved) => work(approved, row)).catch(
      (error: unknown) => {
        if (!approval.moved) throw error
        return { failure: null }
      },
    )
    if (approval.moved) return askAgain(caller, row, approval.moved)
    if (failure !== null) {
      await db.approval.updateMany({
        where: { id: row.id, state: 'OPEN' },
        data: { lastError: failure },
      })
      throw new ConflictError(`It was not executed, and nothing was changed. ${failure}`)
    }
    // It changed nothing that is protected: it was so already, or the protection has ended.
    if (approval.use)
      await recordChange(databaseFor(row.anchor), caller, async (tx) => ({
        ...(await use(tx)),
        result: undefined,
      }))
    return find(row.id)
  }

  /** Why the caller may not approve it, as a sentence; null: nothing is in the way. */
  async function obstacle(caller: Caller, row: Approval): Promise<string | null> {
    const inTheWay = obstacleOfApproval(row, caller, now()) ?? (await signing.obstacle(caller, row))
    return inTheWay ?? (row.reason === null ? NO_REASON : null)
  }

  /** Why the caller can neither object to it nor withdraw it, as a sentence; null: nothing is in the way. */
  const refusalObstacle = (caller: Caller, row: Approval) => obstacleOfRefusal(row, caller, now())

  return {
    find,
    obstacle,
    refusalObstacle,

    create: createProposal({ db, databaseFor, now }),

    /** What the viewer’s browser signs with. */
    signingOptions: signing.options,

    /**
     * Verifies the passkey’s signature over the request, and executes it.
     * @throws NotFoundError, ConflictError, InvalidInputError
     */
    async approve(caller: Signer, id: number, answer: PasskeyAnswer, work: Execute): Promise<Approval> {
      const row = await find(id)
      const inTheWay = await obstacle(caller, row)
      if (inTheWay) throw new ConflictError(inTheWay, 'id')
      requireUnchanged(row)
      const signature = await signing.verify(caller, row, answer)
      return execute(caller, row, work, async (tx) => {
        const decision = { decidedBy: caller.name, passkeyKnownSince: signature.knownSince }
        await end(tx, row, { state: 'EXECUTED', ...decision, lastError: null })
        await signature.note(tx)
        return {
          action: 'approve',
          resource: String(id),
          before: contentOf(row),
          after: { approvedBy: caller.name, ...signature.entry },
        }
      })
    },

    /**
     * Its requester withdraws it, or another person objects. A second objection ends it.
     * @throws NotFoundError, ConflictError, InvalidInputError
     */
    async refuse(caller: Caller, id: number, message: string | null | undefined): Promise<Approval> {
      const row = await find(id)
      const reason = parseReason(message)
      const obstacle = refusalObstacle(caller, row)
      if (obstacle) throw new ConflictError(obstacle, 'id')
      if (!reason && !isAsker(caller, row))
        throw new InvalidInputError('Say why. The others decide with it.', 'message')
      const data = refusalBy(row, caller, { reason, now: now() })
      const because = { ...caller, ...(reason ? { reason } : {}) }
      await recordChange(databaseFor(row.anchor), because, async (tx) => {
        const where = { id, state: 'OPEN', objectedBy: row.objectedBy, expiresAt: { gt: now() } }
        const { count } = await tx.approval.updateMany({ where, data })
        if (count === 0) throw alreadyDecided()
        const { state = row.state } = data
        return { action: 'refuse', resource: String(id), after: { state }, result: undefined }
      })
      return find(id)
    },

    /** @throws NotFoundError, InvalidInputError, ConflictError */
    async comment(caller: Caller, id: number, given: string): Promise<Approval> {
      const row = await find(id)
      const deps = { db: databaseFor(row.anchor), now }
      await addComment(deps, caller, row, { given, isAsker: isAsker(caller, row) })
      return find(id)
    },

    ...createBreakGlass({ db, databaseFor, now, signing, find, end, execute }),

    stateOf: ({ state, expiresAt }: Pick<Approval, 'state' | 'expiresAt'>): ApprovalState =>
      state === 'OPEN' && expiresAt <= now() ? 'EXPIRED' : (state as ApprovalState), // as written here
  }
}

const alreadyDecided = () => new ConflictError('Someone else has decided it, or its time has ended.', 'id')

const NO_REASON = 'There is no reason yet. The requester can add one in the discussion.'
