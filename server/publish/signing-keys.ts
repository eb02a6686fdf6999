/** Follows the key directory: reads it at start and after each change of a file. */
import { isJsonEqual } from '#core/json.ts'
import { type KeyDirectory, readKeyDirectory, watchKeyDirectory } from '#store/key-directory.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'

export type SigningKeys = {
  current(): KeyDirectory
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
}

/** @throws KeyFileError when there is no usable signing key */
export async function openSigningKeys(options: Options): Promise<SigningKeys> {
  const { directory, historicalDirectory } = options
  const read = () => readKeyDirectory(directory, { historicalDir: historicalDirectory })
  const listeners: (() => void)[] = []
  let keys: KeyDirectory
  let lastFault = ''
  const readAgain = async () => {
    try {
      const found = await read()
      lastFault = ''
      if (isSame(found, keys)) return
      keys = found
      for (const listener of listeners) listener()
    } catch (error) {
      // A broken directory is read repeatedly; each error is logged once.
      if (String(error) !== lastFault) options.onError(error)
      lastFault = String(error)
    }
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
    watch.close()
    throw error
  })
  return {
    current: () => keys,
    place: { directory, historicalDirectory },
    refresh,
    onChange: (listener) => listeners.push(listener),
    close: () => watch.close(),
  }
}

function isSame(a: KeyDirectory, b: KeyDirectory): boolean {
  return isJsonEqual([a.listed, a.historical], [b.listed, b.historical])
}
