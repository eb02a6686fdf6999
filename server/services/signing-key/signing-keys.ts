/** Performs the rollover of the signing key (§11.2): announce, then switch; refuses a step that is not safe. */
import { type SigningAlgorithm, signingAlgorithms } from '#core/keys.ts'
import type { StoreName } from '#federation/key-store/store.ts'
import type { Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { toPublish } from '#server/publish/outbox.ts'
import {
  createKeyChange,
  everythingSigned,
  type KeyContext,
  type KeyStep,
} from '#server/services/signing-key/change.ts'
import {
  createSigningKey,
  requireCreatable,
  successorAlgorithm,
} from '#server/services/signing-key/creation.ts'
import { requireKnownToAll, requireKnownToSuperiors } from '#server/services/signing-key/safety.ts'
import { createKeyView, keyOf, type SigningKeyView } from '#server/services/signing-key/view.ts'
import { createKeyWithdrawal } from '#server/services/signing-key/withdrawal.ts'
import type { Superiors } from '#server/services/superior/superiors.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { switchKey } from '#store/key-directory-change.ts'

export function createSigningKeyService(context: KeyContext & { superiors: Pick<Superiors, 'check'> }) {
  const { place } = context.signingKeys
  const keyChange = createKeyChange(context)
  const view = createKeyView(context)

  return {
    ...view,
    ...createKeyWithdrawal(context, keyChange, view),
    follow: keyChange.follow,
    requireCreatable: (alg: SigningAlgorithm) => requireCreatable(view.stores().preferred, alg),
    successorAlgorithm: (key: SigningKeyView) => successorAlgorithm(view.stores().preferred, key),

    /** Creates or adopts the next key and publishes its public part. It does not sign yet. */
    async announce(
      caller: Caller,
      input: { alg: string; store?: StoreName | null | undefined; existing?: string | null | undefined },
    ): Promise<SigningKeyView> {
      const alg = signingAlgorithms.find((name) => name === input.alg)
      if (!alg) {
        throw new InvalidInputError(`The algorithm must be one of ${signingAlgorithms.join(', ')}.`, 'alg')
      }
      await context.signingKeys.refresh()
      requireNoneAnnounced(context.signingKeys.current()) // before a key is created in vain
      const { store = null, existing = null } = input
      const created = await createSigningKey(place, alg, store ?? view.stores().preferred, existing)
      const step = async (_tx: Transaction, keys: KeyDirectory): Promise<KeyStep> => {
        requireNoneAnnounced(keys)
        requireUnknown(keys, created.kid)
        return {
          kid: created.kid,
          after: { state: 'ANNOUNCED', alg, store: created.store, ...(existing ? { existing } : {}) },
          publish: [toPublish('entity-configuration')],
          apply: created.announce,
        }
      }
      await keyChange.change(caller, 'announceSigningKey', step).finally(created.discard)
      return view.find(created.kid)
    },

    /** Switches to the announced key, and re-signs everything published. */
    async switch(
      caller: Caller,
      input: { overrideReason?: string | null | undefined } = {},
    ): Promise<SigningKeyView> {
      const overrideReason = input.overrideReason?.trim()
      const superiors = overrideReason ? [] : await context.superiors.check()
      const { kid } = await keyChange.change(caller, 'switchSigningKey', async (tx, keys) => {
        const next = keyOf(keys, 'announced')
        if (!next) throw new NotFoundError('No key is announced. Announce one first.')
        if (!overrideReason) {
          const { kid } = next.jwk
          requireKnownToAll(await tx.signingKey.findUnique({ where: { kid } }), context.now())
          requireKnownToSuperiors(superiors, kid, context.now())
        }
        return {
          kid: next.jwk.kid,
          before: { signs: keys.signer.kid },
          after: { signs: next.jwk.kid, store: next.store, ...(overrideReason ? { overrideReason } : {}) },
          publish: everythingSigned,
          apply: () => switchKey(place),
        }
      })
      return view.find(kid)
    },
  }
}

/** An adopted key may have signed before, or have been revoked. @throws ConflictError */
function requireUnknown({ listed, historical }: KeyDirectory, kid: string): void {
  const known = [...listed.map(({ jwk }) => jwk), ...historical]
  if (known.some((key) => key.kid === kid))
    throw new ConflictError(`The key ${kid} is or was a key of this anchor. Use another one.`, 'existing')
}

/** @throws ConflictError */
function requireNoneAnnounced(keys: KeyDirectory): void {
  const announced = keyOf(keys, 'announced')
  if (!announced) return
  throw new ConflictError(
    `The key ${announced.jwk.kid} is already announced. Switch to it, or revoke it first.`,
  )
}
