/** Signs protected changes with passkeys that count: what a browser needs for it, and the verification of what it answers. */
import type { Approval } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller, CallerSession } from '#server/identity/caller.ts'
import { askersOf } from '#server/services/protection/obstacle.ts'
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
import { readProtection } from '#server/services/protection/settings.ts'

export type Signer = Caller & { session: CallerSession }

export type SigningDeps = {
  db: Database
  /** The domain of passkeys, and the origins of pages that may use them. */
  rpId: string
  origins: readonly string[]
  now: Clock
}

/** Verified, for the audit log. */
export type Signature = {
  /** What the audit log keeps. */
  entry: { hash: string; passkey: PasskeyProof; passkeyHours: number }
  /** Since when the passkey is known. */
  knownSince: Date | null
  /** Notes its use, in the transaction of what was signed. */
  note(tx: Transaction): Promise<void>
}

export function createSigning({ db, rpId, origins, now }: SigningDeps) {
  async function readRule(): Promise<Rule> {
    return { hours: (await readProtection(db)).passkeyHours, now: now() }
  }

  return {
    /** Why the caller cannot sign, as a sentence; null: nothing is in the way. */
    async obstacle({ session }: Caller, row: Approval): Promise<string | null> {
      if (!session) return 'Only a person can do that, with a passkey in the console.'
      return findPasskeyObstacle(db, session.userId, await readRule(), askersOf(row))
    },

    /** The options of `navigator.credentials.get`, as JSON (Web Authentication, §5.5). */
    async options({ session }: Signer, row: Approval) {
      const passkeys = await db.passkey.findMany({
        where: { userId: session.userId, ...whereCounts(await readRule(), askersOf(row)) },
        select: { credentialID: true },
      })
      return {
        challenge: row.hash,
        rpId,
        userVerification: 'required',
        allowCredentials: passkeys.map(({ credentialID: id }) => ({ id, type: 'public-key' })),
      }
    },

    /** @throws InvalidInputError */
    async verify({ session }: Signer, row: Approval, answer: PasskeyAnswer): Promise<Signature> {
      const { hash } = row
      const rule = await readRule()
      const where = { credentialID: answer.id, userId: session.userId }
      const passkey = await db.passkey.findFirst({ where })
      if (!passkey) throw refuse('This is not one of your passkeys.')
      if ((await db.passkey.count({ where: { ...where, ...whereCounts(rule, askersOf(row)) } })) === 0)
        throw refuse(tooNew(countsByAgeFrom(passkey, rule.hours)))
      const origin = origins.find((each) => each === originOf(answer)) ?? ''
      const proof = toProof(answer, passkey, { rpId, origin })
      const counter = await verifyProof(proof, hash)
      if (counter === null) throw refuse('The passkey did not sign this change. Load it again, then sign.')
      // Devices that count never repeat a number: a copy of the passkey would.
      if (counter > 0 && counter <= passkey.counter)
        throw refuse('This signature of the passkey was used before. Sign again.')
      return {
        entry: { hash, passkey: proof, passkeyHours: rule.hours },
        knownSince: passkey.createdAt,
        async note(tx) {
          await tx.passkey.updateMany({ where: { id: passkey.id }, data: { counter } })
        },
      }
    },
  }
}

const refuse = (sentence: string) => new InvalidInputError(sentence, 'passkey')
