/** The key directory as `admin` sees it: read at start, read again when a file changes. */
import { jsonEqual } from '#core/json.ts'
import { type KeyDirectory, readKeyDirectory, watchKeyDirectory } from '#store/key-directory.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'

export type SigningKeys = {
  current(): KeyDirectory
  place: KeyPlace
  /** Reads the directory now, for whoever cannot wait until the change of a file is noticed. */
  refresh(): Promise<void>
  /** Called after each reading that found something else. */
  onChange(listener: () => void): void
  close(): void
}

type Options = {
  directory: string
  historicalDirectory: string
  /** Told when a changed directory cannot be used; the keys read before stay in force. */
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
      // It is read again and again while it is broken; the log needs to hear of each fault once.
      if (String(error) !== lastFault) options.onError(error)
      lastFault = String(error)
    }
  }
  /**
   * One reading after the other: an earlier one that took longer must not bring back what a later one saw gone. One that
   * has not begun yet serves everyone who asks meanwhile.
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
  await watch.ready // before the first reading, so that no change falls between the two
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
  return jsonEqual([a.listed, a.historical], [b.listed, b.historical])
}
