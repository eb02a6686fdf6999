/** Follows the key directory: reads it at start and after each change of a file. */
import { isJsonEqual } from '#core/json.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { type KeyDirectory, readKeyDirectory, watchKeyDirectory } from '#store/key-directory.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'

export type SigningKeys = {
  /** @throws UnavailableError unless it is usable */
  current(): KeyDirectory
  /** Whether the directory was ever usable. */
  isUsable(): boolean
  /** Why the directory cannot be used as it is now; the keys read before stay in use. */
  fault(): string | null
  place: KeyPlace
  /** Reads the directory now, without waiting for the file watch. */
  refresh(): Promise<void>
  /** Called after each read that found a change. */
  onChange(listener: () => void): void
  close(): void
}

type Options = {
  directory: string
  historicalDirectory: string
  /** Called when a changed directory is unusable; the previously read keys stay in use. */
  onError: (error: unknown) => void
  /** Whether to open a directory that is not usable yet; false by default. */
  mayBeUnusable?: boolean
}

/** @throws KeyFileError when there is no usable signing key, unless that may be */
export async function openSigningKeys(options: Options): Promise<SigningKeys> {
  const { directory, historicalDirectory, mayBeUnusable = false } = options
  const read = () => readKeyDirectory(directory, { historicalDir: historicalDirectory })
  const listeners: (() => void)[] = []
  let keys: KeyDirectory | undefined
  let lastFault: string | null = null
  const readAgain = async () => {
    try {
      const found = await read()
      lastFault = null
      if (keys && isSame(found, keys)) return
      keys = found
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
  let last = Promise.resolve()
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
  keys = await read().catch((error: unknown) => {
    if (mayBeUnusable) return void note(error)
    watch.close()
    throw error
  })
  return {
    current() {
      if (keys) return keys
      throw new UnavailableError(`The keys of this anchor cannot be used. ${lastFault}`)
    },
    isUsable: () => keys !== undefined,
    fault: () => lastFault,
    place: { directory, historicalDirectory },
    refresh,
    onChange: (listener) => listeners.push(listener),
    close: () => watch.close(),
  }
}

function isSame(a: KeyDirectory, b: KeyDirectory): boolean {
  return isJsonEqual([a.listed, a.historical], [b.listed, b.historical])
}
