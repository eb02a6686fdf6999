/** Follows the key directory: reads it at start and after each change of a file. */
import { isJsonEqual } from '#core/json.ts'
import { filesOnly, type KeyStores } from '#federation/key-store/stores.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { keepStoredKeys } from '#server/publish/stored-keys.ts'
import { type KeyDirectory, watchKeyDirectory } from '#store/key-directory.ts'
import { type KeyPlace, readPlace } from '#store/key-directory-change.ts'

export type SigningKeys = {
  /** @throws UnavailableError unless it is usable */
  current(): KeyDirectory
  /** Whether the directory was ever usable. */
  isUsable(): boolean
  /** Why the directory cannot be used as it is now; the keys read before stay in use. */
  fault(): string | null
  /** Why the store of the current key could not sign the last time; null if it could. */
  storeFault(): string | null
  place: KeyPlace & { stores: KeyStores }
  /** Reads the directory now, without waiting for the file watch. */
  refresh(): Promise<void>
  /** Called after each read that found a change. */
  onChange(listener: () => void): void
  close(): void
}

type Options = {
  directory: string
  historicalDirectory: string
  /** The stores of keys that the files only refer to. */
  stores?: KeyStores | undefined
  /** Called when a changed directory is unusable; the previously read keys stay in use. */
  onError: (error: unknown) => void
  /** Gets each sentence about private keys that other users of the host can read, once. */
  onWarning?: ((warning: string) => void) | undefined
  /** Whether to open a directory that is not usable yet; false by default. */
  mayBeUnusable?: boolean
  /** Whether this process keeps asking a store that failed, and has replaced keys destroyed; false by default. */
  keepsStores?: boolean
}

/** @throws KeyFileError when there is no usable signing key, unless that may be */
export async function openSigningKeys(options: Options): Promise<SigningKeys> {
  const { directory, historicalDirectory, stores = filesOnly, mayBeUnusable = false } = options
  const place = { directory, historicalDirectory, stores }
  const stored = keepStoredKeys(place, { current: () => keys, onError: options.onError })
  const warned = new Set<string>()
  const read = async () => {
    const found = await stored.adapt(await readPlace(place))
    for (const warning of found.warnings) if (!warned.has(warning)) options.onWarning?.(warning)
    warned.clear()
    for (const warning of found.warnings) warned.add(warning)
    return found
  }
  const listeners: (() => void)[] = []
  let keys: KeyDirectory | undefined
  let lastFault: string | null = null
  const readAgain = async () => {
    try {
      const found = await read()
      lastFault = null
      const present = keys
      const isKnown = present !== undefined && isSame(found, present)
      keys = isKnown ? { ...present, warnings: found.warnings } : found
      if (isKnown) return
      if (options.keepsStores) stored.follow()
      for (const listener of listeners) listener()
    } catch (error) {
      note(error)
    }
  }
  /** A broken directory is read repeatedly; each error is reported once. */
  function note(error: unknown): void {
    const fault = error instanceof Error ? error.message : String(error)
    if (fault !== lastFault) options.onError(error)
    lastFault = fault
  }
  /**
   * Reads run one after the other, so that a slow earlier read cannot restore keys that a later one saw removed. Callers
   * share a read that has not started yet.
   */
  let last: Promise<unknown> = Promise.resolve()
  let waiting: Promise<void> | undefined
  const refresh = () => {
    if (waiting) return waiting
    waiting = last.then(() => {
      waiting = undefined
      return readAgain()
    })
    last = waiting
    return waiting
  }
  const watch = watchKeyDirectory(directory, () => void refresh(), { historicalDir: historicalDirectory })
  await watch.ready // before the first read, so that no change is missed
  const first = read()
  last = Promise.allSettled([first]) // a change in the meantime is read after it
  keys = await first.catch((error: unknown) => {
    if (mayBeUnusable) return void note(error)
    watch.close()
    throw error
  })
  if (options.keepsStores) stored.follow()
  return {
    current() {
      if (keys) return keys
      throw new UnavailableError(`The keys of this anchor cannot be used. ${lastFault}`)
    },
    isUsable: () => keys !== undefined,
    fault: () => lastFault,
    storeFault: () => (keys ? stores.fault(keys.signer.kid) : null),
    place,
    refresh,
    onChange: (listener) => listeners.push(listener),
    close() {
      watch.close()
      stored.close()
    },
  }
}

function isSame(a: KeyDirectory, b: KeyDirectory): boolean {
  return isJsonEqual([a.listed, a.historical], [b.listed, b.historical])
}
