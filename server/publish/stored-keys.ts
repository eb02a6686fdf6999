/** Follows keys in a key store: asks a store that failed whether it is back, and has replaced keys destroyed. */
import { signJwt } from '#core/jws.ts'
import { KeyStoreError } from '#federation/key-store/store.ts'
import { createKeyStores, type KeyStoreSettings, type KeyStores } from '#federation/key-store/stores.ts'
import { SigningUnavailableError } from '#server/error/operation-error.ts'
import { leaveCall } from '#server/identity/origin.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'
import { destroyReplacedKeys } from '#store/replaced-keys.ts'

/** A page of statements waits for its turn longer than a client of the public endpoints would. */
const SIGNATURE_WAIT_MS = 60_000
const PROBE_MS = 2_000
const DESTROY_MS = 5_000

/** The stores of a process that publishes. */
export const openKeyStores = (settings: KeyStoreSettings): KeyStores =>
  createKeyStores(settings, { waitMs: SIGNATURE_WAIT_MS })

type Options = {
  current(): KeyDirectory | undefined
  /** A replaced key could not be destroyed. Called once for each reason. */
  onError(error: unknown): void
}

export function keepStoredKeys(place: KeyPlace & { stores: KeyStores }, options: Options) {
  const { directory, stores } = place
  let lastFailure = ''
  let destroying: NodeJS.Timeout | undefined
  let isClosed = false

  function report(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error)
    if (failure !== lastFailure) options.onError(error)
    lastFailure = failure
  }

  let probing: NodeJS.Timeout | undefined

  function probe(): void {
    const kid = options.current()?.signer.kid
    if (kid !== undefined) void stores.probe(kid)
  }

  async function destroy(): Promise<void> {
    if ((await explainReadOnly(place)) !== null) return // an admin server does it that can write the notes
    const { isLeft } = await destroyReplacedKeys(directory, { stores, onError: report })
    if (!isLeft) lastFailure = ''
    if (isLeft && !isClosed)
      destroying = leaveCall(setTimeout, () => void destroy().catch(report), DESTROY_MS).unref()
  }

  return {
    /** What can wait for the store recognizes its failure. */
    adapt(keys: KeyDirectory): KeyDirectory {
      const { signer } = keys
      const sign: typeof signer.sign = (payload, header) => signer.sign(payload, header).catch(rethrow)
      return { ...keys, signer: { ...signer, sign } }
    },
    /** Called after each read that found a change: the current key signs once, so that a fault is known early. */
    follow(): void {
      probing ??= leaveCall(setInterval, probe, PROBE_MS).unref()
      clearTimeout(destroying)
      void destroy().catch(report)
      const keys = options.current()
      const isExternal = keys?.listed.some(({ role, store }) => role === 'current' && store !== 'files')
      if (keys && isExternal) signJwt({}, { key: keys.signer, typ: 'JWT' }).catch(() => {}) // `storeFault` has it
    },
    close(): void {
      isClosed = true
      clearInterval(probing)
      clearTimeout(destroying)
    },
  }
}

function rethrow(error: unknown): never {
  throw error instanceof KeyStoreError ? new SigningUnavailableError(error.message) : error
}
