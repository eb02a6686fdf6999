/** Ends the use of a signing key (§8.7, §11.2): retires an unused key, or revokes one immediately. */
import type { Transaction } from '#server/database/client.ts'
import {
  ConflictError,
  NotFoundError,
  UnavailableError,
  UnsafeKeyChangeError,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import {
  type createKeyChange,
  everythingSigned,
  type KeyContext,
} from '#server/services/signing-key/change.ts'
import { createSigningKey, successorAlgorithm } from '#server/services/signing-key/creation.ts'
import { parseReason, retiredKey, revokedKey } from '#server/services/signing-key/history.ts'
import { algorithmOf, stateOfRole } from '#server/services/signing-key/rows.ts'
import { requireAnswersReplaced, requireUnused } from '#server/services/signing-key/safety.ts'
import { findKeyUses } from '#server/services/signing-key/use.ts'
import { type HistoricalKeyView, type KeyViews, keyOf } from '#server/services/signing-key/view.ts'
import type { KeyDirectory, KeyRole, ListedKey } from '#store/key-directory.ts'
import { announceKey, switchKey, withdrawKey } from '#store/key-directory-change.ts'

/** The reasons why a key in another state cannot be retired. */
const notRetirable: Readonly<Record<KeyRole, string | null>> = {
  current: 'This is the current key. Announce another one and switch to it first.',
  announced: 'This key is announced and has not signed yet. Switch to it, or revoke it.',
  answers: null,
  published: null,
}

export function createKeyWithdrawal(
  { signingKeys: { place }, now }: KeyContext,
  { change }: ReturnType<typeof createKeyChange>,
  view: KeyViews,
) {
  return {
    /** Stops publishing a key. The history keeps it, so that its signatures can still be verified. */
    async retire(
      caller: Caller,
      input: { kid: string; acceptCopies?: boolean | null | undefined },
    ): Promise<HistoricalKeyView> {
      const { kid } = await change(caller, 'retireKey', async (tx, keys) => {
        const { jwk, role } = requireListed(keys, input.kid)
        const refusal = notRetirable[role]
        if (refusal) throw new ConflictError(refusal, 'kid')
        await requirePublished(tx)
        const acceptCopies = input.acceptCopies ?? false
        if (role === 'answers') requireAnswersReplaced(acceptCopies)
        else requireUnused((await findKeyUses(tx, now()))(jwk.kid), acceptCopies)
        const history = await retiredKey(tx, jwk, now())
        const states = { before: { state: stateOfRole[role] }, after: { state: 'RETIRED' } }
        const apply = () => withdrawKey(place, history)
        return { kid: jwk.kid, ...states, publish: everythingSigned, apply }
      })
      return view.findHistorical(kid)
    },

    /**
     * Revokes a key regardless of its signatures. In the same step, the announced key or a new one replaces the current
     * key, because publication needs a key.
     */
    async revoke(
      caller: Caller,
      input: { kid: string; reason: string; emergency?: boolean | null | undefined },
    ): Promise<HistoricalKeyView> {
      const reason = parseReason(input.reason)
      const { kid } = await change(caller, 'revokeKey', async (tx, keys) => {
        const past = keys.historical.find((key) => key.kid === input.kid)
        if (past?.revoked) throw new ConflictError('This key is already revoked.', 'kid')
        if (past) {
          const apply = () => withdrawKey(place, revokedKey(past, reason, now()))
          return { kid: input.kid, ...revocation('RETIRED', reason), publish: everythingSigned, apply }
        }
        const { jwk, role } = requireListed(keys, input.kid)
        if (role === 'current' && !input.emergency) throw needsEmergency(keys)
        const history = revokedKey(await retiredKey(tx, jwk, now()), reason, now())
        let signs: string | undefined
        return {
          kid: jwk.kid,
          ...revocation(stateOfRole[role], reason),
          publish: everythingSigned,
          async apply() {
            if (role === 'current') signs = await replaceCurrent(keys)
            await withdrawKey(place, history)
          },
          outcome: () => (signs === undefined ? {} : { signs }),
        }
      })
      return view.findHistorical(kid)
    },
  }

  /** The kid of the key that signs from now on. */
  async function replaceCurrent(keys: KeyDirectory): Promise<string> {
    const announced = keyOf(keys, 'announced')
    if (announced) {
      await switchKey(place)
      return announced.jwk.kid
    }
    const present = keyOf(keys, 'current')
    const alg = successorAlgorithm(place.stores, present ? algorithmOf(present.jwk) : '')
    const created = await createSigningKey(place, alg)
    await announceKey(place, created.key)
    await switchKey(place)
    return created.kid
  }
}

function needsEmergency(keys: KeyDirectory): UnsafeKeyChangeError {
  const announced = keyOf(keys, 'announced')
  const replacement = announced ? `the announced key ${announced.jwk.kid}` : 'a new key'
  return new UnsafeKeyChangeError(
    `This is the current key. Revoking it makes ${replacement} sign immediately, and caches must fetch the Entity Configuration again. Switch first, or set emergency if the key is stolen.`,
    null,
    'emergency',
  )
}

function revocation(state: string, reason: string) {
  return { before: { state }, after: { state: 'REVOKED', reason } }
}

function requireListed({ listed }: KeyDirectory, kid: string): ListedKey {
  const key = listed.find(({ jwk }) => jwk.kid === kid)
  if (key) return key
  throw new NotFoundError(`There is no key ${JSON.stringify(kid.slice(0, 100))} in the key directory.`, 'kid')
}

/** The rows contain the last signatures; until they are published, Redis has the previous ones. */
async function requirePublished(tx: Transaction): Promise<void> {
  const topics = everythingSigned.map(({ topic }) => topic)
  const pending = await tx.outboxEntry.count({
    where: { topic: { in: [...topics, 'everything', 'trust-mark'] } },
  })
  if (pending > 0) {
    throw new UnavailableError('Some changes are not published yet. Try again in a moment.')
  }
}
