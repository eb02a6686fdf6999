/** Decides change requests: another person approves one with a passkey or refuses it, or it is withdrawn or overridden. */
import type { ChangeRequest, Prisma } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import { type Database, jsonOrNull, type Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller, CallerSession } from '#server/identity/caller.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import { type Approval, runWithApproval } from '#server/services/protection/approval.ts'
import { contentOf, hashOfContent, requireUnchanged } from '#server/services/protection/content.ts'
import { addComment } from '#server/services/protection/discussion.ts'
import type { Changed } from '#server/services/protection/effect.ts'
import {
  originOf,
  type PasskeyAnswer,
  type PasskeyProof,
  toProof,
  verifyProof,
} from '#server/services/protection/passkey-proof.ts'
import {
  countsByAgeFrom,
  findPasskeyObstacle,
  type Rule,
  tooNew,
  whereCounts,
} from '#server/services/protection/passkeys.ts'
import { columnsOfEffect, createProposal } from '#server/services/protection/proposal.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { parseReason } from '#server/services/reason.ts'
import { recordChange } from '#server/services/write.ts'

export type ChangeRequestState = 'OPEN' | 'EXECUTED' | 'REFUSED' | 'WITHDRAWN' | 'EXPIRED'

type Signer = Caller & { session: CallerSession }

/** Executes the mutation. What it throws or returns is a failure, unless it is null. */
export type Execute = (row: ChangeRequest) => Promise<{ failure: string | null }>

export type ChangeRequestDeps = {
  db: Database
  /** The database client of an anchor, whose audit log then has the entry; null: the anchor was removed. */
  databaseOf(anchor: string): Database | null
  /** The domain of passkeys, and the origins of pages that may use them. */
  rpId: string
  origins: readonly string[]
  now: Clock
}

export type ChangeRequests = ReturnType<typeof createChangeRequests>

export function createChangeRequests({ db, databaseOf, rpId, origins, now }: ChangeRequestDeps) {
  /** Its audit entries are in the log of its anchor. */
  const databaseFor = (anchor: string | null) => (anchor === null ? db : (databaseOf(anchor) ?? db))

  async function find(id: number): Promise<ChangeRequest> {
    const row = await db.changeRequest.findUnique({ where: { id } })
    if (!row) throw new NotFoundError('There is no such change request.', 'id')
    return row
  }

  /** @throws ConflictError */
  async function end(
    tx: Transaction,
    { id }: ChangeRequest,
    data: Prisma.ChangeRequestUpdateManyMutationInput,
  ): Promise<void> {
    const where = { id, state: 'OPEN', expiresAt: { gt: now() } }
    const { count } = await tx.changeRequest.updateMany({ where, data: { ...data, decidedAt: now() } })
    if (count === 0) throw new ConflictError('Someone else has decided it, or its time has ended.', 'id')
  }

  /** Shows what it would do now beside what it did when it was read. Earlier signatures are about something else. */
  async function askAgain(caller: Caller, row: ChangeRequest, changed: Changed): Promise<never> {
    const before = contentOf(row)
    await recordChange(databaseFor(row.anchor), caller, async (tx) => {
      const columns = columnsOfEffect(changed)
      const after = contentOf({ ...row, ...columns })
      const { count } = await tx.changeRequest.updateMany({
        where: { id: row.id, hash: row.hash, state: 'OPEN' },
        data: {
          ...columns,
          hash: hashOfContent(after),
          previousEffect: jsonOrNull(row.effect),
          movedAt: now(),
        },
      })
      if (count === 0) return { action: null, result: undefined }
      return { action: 'createChangeRequest', resource: String(row.id), before, after, result: undefined }
    })
    throw new ConflictError(
      'It would do something else now than when it was shown. Nothing was changed. Read what is different, then sign again.',
      'id',
    )
  }

  async function execute(
    caller: Caller,
    row: ChangeRequest,
    work: Execute,
    use: (tx: Transaction) => Promise<AuditEntry>,
  ): Promise<ChangeRequest> {
    const approval: Approval = { changeRequestId: row.id, effect: hashOfContent(row.effect), use }
    const { failure } = await runWithApproval(approval, () => work(row)).catch((error: unknown) => {
      if (!approval.moved) throw error
      return { failure: null }
    })
    if (approval.moved) return askAgain(caller, row, approval.moved)
    if (failure !== null) {
      await db.changeRequest.updateMany({
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

  return {
    find,

    create: createProposal({ db, databaseFor, now }),

    /** Why the caller may not approve it, as a sentence; null: nothing is in the way. */
    async obstacle(caller: Caller, row: ChangeRequest): Promise<string | null> {
      const ended = sentenceOfEnd(row, now())
      if (ended) return ended
      if (row.effect === null) return WITHOUT_EFFECT
      if (isAsker(caller, row)) return 'You asked for it. Another person must approve it.'
      if (!caller.session) return 'Only a person can approve it, with a passkey in the console.'
      const obstacle = await findPasskeyObstacle(
        db,
        caller.session.userId,
        await passkeyRule(),
        askersOf(row),
      )
      return obstacle ?? (row.reason === null ? NO_REASON : null)
    },

    /** The options of `navigator.credentials.get`, as JSON (Web Authentication, §5.5). */
    async signingOptions({ session }: Signer, row: ChangeRequest) {
      const { hash } = row
      const passkeys = await db.passkey.findMany({
        where: { userId: session.userId, ...whereCounts(await passkeyRule(), askersOf(row)) },
        select: { credentialID: true },
      })
      return {
        challenge: hash,
        rpId,
        userVerification: 'required',
        allowCredentials: passkeys.map(({ credentialID: id }) => ({ id, type: 'public-key' })),
      }
    },

    /**
     * Verifies the passkey’s signature over the request, and executes it.
     * @throws NotFoundError, ConflictError, InvalidInputError
     */
    async approve(caller: Signer, id: number, answer: PasskeyAnswer, work: Execute): Promise<ChangeRequest> {
      const row = await find(id)
      const obstacle = await this.obstacle(caller, row)
      if (obstacle) throw new ConflictError(obstacle, 'id')
      requireUnchanged(row)
      const { passkeyId, passkeyKnownSince, passkeyHours, proof, counter } = await verify(caller, row, answer)
      return execute(caller, row, work, async (tx) => {
        const decision = { decidedBy: caller.name, passkeyKnownSince }
        await end(tx, row, { state: 'EXECUTED', ...decision, lastError: null })
        await tx.passkey.updateMany({ where: { id: passkeyId }, data: { counter } })
        return {
          action: 'approveChangeRequest',
          resource: String(id),
          before: contentOf(row),
          after: { approvedBy: caller.name, hash: row.hash, passkey: proof, passkeyHours },
        }
      })
    },

    /** Its requester withdraws it, or another person refuses it. @throws NotFoundError, ConflictError */
    async refuse(caller: Caller, id: number, message: string | null | undefined): Promise<ChangeRequest> {
      const row = await find(id)
      const reason = parseReason(message)
      const ended = sentenceOfEnd(row, now())
      if (ended) throw new ConflictError(ended, 'id')
      const isOwn = isAsker(caller, row)
      await recordChange(
        databaseFor(row.anchor),
        { ...caller, ...(reason ? { reason } : {}) },
        async (tx) => {
          const state = isOwn ? 'WITHDRAWN' : 'REFUSED'
          await end(tx, row, { state, decidedBy: caller.name, message: reason ?? null })
          return { action: 'refuseChangeRequest', resource: String(id), after: { state }, result: undefined }
        },
      )
      return find(id)
    },

    /** @throws NotFoundError, InvalidInputError, ConflictError */
    async comment(caller: Caller, id: number, given: string): Promise<ChangeRequest> {
      const row = await find(id)
      const deps = { db: databaseFor(row.anchor), now }
      await addComment(deps, caller, row, { given, isAsker: isAsker(caller, row) })
      return find(id)
    },

    /** Why it cannot be executed without a second person now, as a sentence; null: nothing is in the way. */
    async overrideObstacle(caller: Caller, row: ChangeRequest): Promise<string | null> {
      const ended = sentenceOfEnd(row, now())
      if (ended) return ended
      if (row.effect === null) return WITHOUT_EFFECT
      const { breakGlass } = await readProtection(db)
      if (breakGlass === 'OFF') return 'The settings of the protection do not allow that.'
      if (!caller.session) return 'Only a person can do that, with a passkey in the console.'
      const obstacle = await findPasskeyObstacle(
        db,
        caller.session.userId,
        await passkeyRule(),
        askersOf(row),
      )
      if (obstacle) return obstacle
      if (row.overrideBy === null || row.overrideAt === null || row.overrideAt <= now()) return null
      return `${row.overrideBy} can execute it from ${row.overrideAt.toISOString()}, unless another person refuses it.`
    },

    /**
     * Executes it without a second person, which alerts everyone; with a delay, the first call only begins it.
     * @throws NotFoundError, ConflictError, InvalidInputError
     */
    async override(
      caller: Signer,
      id: number,
      { given, answer }: { given: string; answer: PasskeyAnswer },
      work: Execute,
    ): Promise<ChangeRequest> {
      const row = await find(id)
      const reason = parseReason(given)
      if (!reason) throw new InvalidInputError('Say why it cannot wait for a second person.', 'reason')
      const obstacle = await this.overrideObstacle(caller, row)
      if (obstacle) throw new ConflictError(obstacle, 'id')
      requireUnchanged(row)
      const { passkeyId, passkeyHours, proof, counter } = await verify(caller, row, answer)
      const { breakGlass, breakGlassHours } = await readProtection(db)
      const entry = {
        action: 'overrideChangeRequest' as const,
        resource: String(id),
        before: contentOf(row),
        reason,
      }
      const after = { hash: row.hash, passkey: proof, passkeyHours }
      if (breakGlass === 'DELAYED' && row.overrideBy !== caller.name) {
        const overrideAt = new Date(now().getTime() + breakGlassHours * HOUR_MS)
        await recordChange(databaseFor(row.anchor), caller, async (tx) => {
          await tx.changeRequest.updateMany({
            where: { id, state: 'OPEN' },
            data: { overrideBy: caller.name, overrideAt, message: reason },
          })
          await tx.passkey.updateMany({ where: { id: passkeyId }, data: { counter } })
          return { ...entry, after: { ...after, from: overrideAt }, result: undefined }
        })
        return find(id)
      }
      return execute(caller, row, work, async (tx) => {
        const decision = { decidedBy: caller.name, message: reason, overridden: true }
        await end(tx, row, { state: 'EXECUTED', ...decision, lastError: null })
        await tx.passkey.updateMany({ where: { id: passkeyId }, data: { counter } })
        return { ...entry, after: { ...after, action: row.action, resource: row.resource } }
      })
    },

    stateOf: ({ state, expiresAt }: Pick<ChangeRequest, 'state' | 'expiresAt'>): ChangeRequestState =>
      state === 'OPEN' && expiresAt <= now() ? 'EXPIRED' : (state as ChangeRequestState), // as written here
  }

  async function passkeyRule(): Promise<Rule> {
    return { hours: (await readProtection(db)).passkeyHours, now: now() }
  }

  /** @throws InvalidInputError */
  async function verify(
    { session }: Signer,
    row: ChangeRequest,
    answer: PasskeyAnswer,
  ): Promise<{
    passkeyId: string
    /** Hours from which a passkey counts. */
    passkeyHours: number
    passkeyKnownSince: Date | null
    proof: PasskeyProof
    counter: number
  }> {
    const rule = await passkeyRule()
    const where = { credentialID: answer.id, userId: session.userId }
    const passkey = await db.passkey.findFirst({ where })
    if (!passkey) throw new InvalidInputError('This is not one of your passkeys.', 'passkey')
    if ((await db.passkey.count({ where: { ...where, ...whereCounts(rule, askersOf(row)) } })) === 0)
      throw new InvalidInputError(tooNew(countsByAgeFrom(passkey, rule.hours)), 'passkey')
    const origin = originOf(answer)
    const proof = toProof(answer, passkey, { rpId, origin: origins.find((each) => each === origin) ?? '' })
    const counter = await verifyProof(proof, row.hash)
    if (counter === null)
      throw new InvalidInputError(
        'The passkey did not sign this change. Load it again, then sign.',
        'passkey',
      )
    // Devices that count never repeat a number: a copy of the passkey would.
    if (counter > 0 && counter <= passkey.counter)
      throw new InvalidInputError('This signature of the passkey was used before. Sign again.', 'passkey')
    const { id: passkeyId, createdAt: passkeyKnownSince } = passkey
    return { passkeyId, passkeyKnownSince, passkeyHours: rule.hours, proof, counter }
  }
}

/** Also who made the API key that asked, and so knows it. */
const askersOf = ({ requestedBy, keyCreatedBy }: ChangeRequest): string[] =>
  keyCreatedBy === null ? [requestedBy] : [requestedBy, keyCreatedBy]

const isAsker = ({ name }: Caller, row: ChangeRequest) => askersOf(row).includes(name)

const WITHOUT_EFFECT = 'An earlier version kept it without its effect. Make the change again.'

const NO_REASON = 'Nobody has said why yet. The requester can do so in the discussion.'
const HOUR_MS = 3_600_000

const ends: Readonly<Record<string, string>> = {
  EXECUTED: 'It was executed.',
  REFUSED: 'It was refused.',
  WITHDRAWN: 'It was withdrawn.',
}

/** Null: it is open. */
function sentenceOfEnd({ state, expiresAt }: ChangeRequest, now: Date): string | null {
  return ends[state] ?? (expiresAt <= now ? 'Its time has ended. Make the change again.' : null)
}
