/** The key directory as `admin` sees it: read at start, read again when a file changes. */
import { type KeyDirectory, readKeyDirectory, watchKeyDirectory } from '#store/key-directory.ts'

export type SigningKeys = {
  current(): KeyDirectory
  /** Called after each successful reload. */
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
  const read = () => readKeyDirectory(options.directory, { historicalDir: options.historicalDirectory })
  const listeners: (() => void)[] = []
  let keys = await read()
  const reload = async () => {
    try {
      keys = await read()
      for (const listener of listeners) listener()
    } catch (error) {
      options.onError(error)
    }
  }
  const historicalDir = options.historicalDirectory
  const watch = watchKeyDirectory(options.directory, () => void reload(), { historicalDir })
  return {
    current: () => keys,
    onChange: (listener) => listeners.push(listener),
    close: () => watch.close(),
  }
}
