/** Ends the use of a signing key (§8.7, §11.2): retires an unused key, or revokes one immediately. */
import type { Jwk } from '#core/keys.ts'
import type { StoreName } from '#federation/key-store/store.ts'
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
import {
  type CreatedKey,
  createSigningKey,
  successorAlgorithm,
  successorStore,
} from '#server/services/signing-key/creation.ts'
import { parseReason, retiredKey, revokedKey } from '#server/services/signing-key/history.ts'
import { algorithmOf, stateOfRole } from '#server/services/signing-key/rows.ts'
import { requireAnswersReplaced, requireUnused } from '#server/services/signing-key/safety.ts'
import { findKeyUses } from '#server/services/signing-key/use.ts'
import { type HistoricalKeyView, type KeyViews, keyOf } from '#server/services/signing-key/view.ts'
import type { KeyDirectory, KeyRole, ListedKey } from '#store/key-directory.ts'
import { switchKey, withdrawKey } from '#store/key-directory-change.ts'

/** The reasons why a key in another state cannot be retired. */
const notRetirable: Readonly<Record<KeyRole, string | null>> = {
  current: 'This is the current key. Announce another one and switch to it first.',
  announced: 'This key is announced and has not signed yet. Switch to it, or revoke it.',
  answers: null,
  published: null,
}

export type Revocation = {
  kid: string
  reason: string
  /** Whether to revoke the key although it signs. */
  emergency?: boolean | null | undefined
  /** Whether other files of the key directory may be stolen too; true by default. */
  directoryExposed?: boolean | null | undefined
  /** The store of the new key; that of its predecessor by default. */
  store?: StoreName | null | undefined
}

export function createKeyWithdrawal(
  { signingKeys, now }: KeyContext,
  { change }: ReturnType<typeof createKeyChange>,
  view: KeyViews,
) {
  const { place } = signingKeys
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
     * Revokes a key regardless of its signatures. In the same step, another key replaces the current one, because
     * publication needs a key: a new one, and the announced one is revoked too, because its private part was beside the
     * stolen one. Without that exposure the announced key follows.
     */
    async revoke(caller: Caller, input: Revocation): Promise<HistoricalKeyView> {
      const reason = parseReason(input.reason)
      const successor = await prepareSuccessor(input)
      const { kid } = await change(caller, 'revokeKey', async (tx, keys) => {
        const past = keys.historical.find((key) => key.kid === input.kid)
        if (past?.revoked) throw new ConflictError('This key is already revoked.', 'kid')
        if (past) {
          const apply = () => withdrawKey(place, revokedKey(past, reason, now()))
          return { kid: input.kid, ...revocation('RETIRED', reason), publish: everythingSigned, apply }
        }
        const { jwk, role } = requireListed(keys, input.kid)
        const revoked = async (key: Jwk) => revokedKey(await retiredKey(tx, key, now()), reason, now())
        const history = await revoked(jwk)
        const { before, after } = revocation(stateOfRole[role], reason)
        const step = { kid: jwk.kid, before, publish: everythingSigned }
        if (role !== 'current') return { ...step, after, apply: () => withdrawKey(place, history) }

        if (!input.emergency) throw needsEmergency()
        const announced = keyOf(keys, 'announced')
        const next = successor?.kid ?? announced?.jwk.kid
        if (next === undefined) throw new ConflictError('The keys were just changed. Try again.')
        const exposed = successor && announced ? await revoked(announced.jwk) : null
        return {
          ...step,
          after: { ...after, signs: next, ...(successor ? { store: successor.store } : {}) },
          also: exposed
            ? { action: 'revokeKey', resource: exposed.kid, ...revocation('ANNOUNCED', reason) }
            : undefined,
          async apply() {
            if (exposed) await withdrawKey(place, exposed)
            await successor?.announce()
            await switchKey(place)
            await withdrawKey(place, history)
          },
        }
      }).finally(() => successor?.discard())
      return view.findHistorical(kid)
    },
  }

  /** The new key that will sign, created in advance; null if none is needed. */
  async function prepareSuccessor(input: Revocation): Promise<CreatedKey | null> {
    await signingKeys.refresh()
    const keys = signingKeys.current()
    const current = keyOf(keys, 'current')
    if (current?.jwk.kid !== input.kid || !input.emergency) return null
    if (input.directoryExposed === false && keyOf(keys, 'announced')) return null
    const store = input.store ?? successorStore(place.stores, current.store)
    const alg = successorAlgorithm(store, { alg: algorithmOf(current.jwk), store: current.store })
    return createSigningKey(place, alg, store).catch((error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error
      throw new UnavailableError(
        `${error.message} To replace the key now, name another store for the new one.`,
      )
    })
  }
}

function needsEmergency(): UnsafeKeyChangeError {
  return new UnsafeKeyChangeError(
    'This is the current key. Revoking it makes a new key sign immediately, and caches must fetch the Entity Configuration again. Switch first, or set emergency if the key is stolen.',
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
