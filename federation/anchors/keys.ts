/** Keeps the keys of an anchor in memory, and reads them again after each change of the key directory. */
import type { FastifyBaseLogger } from 'fastify'
import type { KeyStores } from '#federation/key-store/stores.ts'
import type { AnchorPlace } from '#store/anchors.ts'
import { readServingKeys, type ServingKeys, watchKeyDirectory } from '#store/key-directory.ts'

export type Keys = {
  current(): ServingKeys
  /** Calls it after each change that was read. */
  onChange(listener: () => void): void
  close(): void
}

/**
 * If a change is invalid, the previous keys stay in use.
 * @throws KeyFileError when the directory is not usable
 */
export async function openKeys(
  { keysDirectory, historicalKeysDirectory: historicalDir }: AnchorPlace,
  logger: FastifyBaseLogger,
  intervalMs: number,
  stores: KeyStores,
): Promise<Keys> {
  const read = () => readServingKeys(keysDirectory, { historicalDir, stores })
  const listeners: (() => void)[] = []
  const opened = Promise.withResolvers<void>()
  /** Reads run one after the other, after the first one: a slow read must not replace the result of a later one. */
  let last = opened.promise
  const warn = () => {
    for (const warning of current.warnings) logger.warn(warning)
  }
  const reload = async () => {
    try {
      current = await read()
      const { signer, answers, published } = current
      warn()
      const kids = { kid: signer?.kid, answers: answers?.kid }
      logger.info({ ...kids, published: published.keys.length }, 'Reloaded the keys')
      for (const listener of listeners) listener()
    } catch (error) {
      logger.error(
        { err: error },
        'The key directory changed but is not usable. The previous keys stay in use.',
      )
    }
  }
  const onChange = () => {
    last = last.then(reload)
  }
  const watch = watchKeyDirectory(keysDirectory, onChange, { historicalDir, intervalMs })
  await watch.ready // before the first read, so that no change is missed
  let current = await read().catch((error: unknown) => {
    watch.close()
    throw error
  })
  warn()
  opened.resolve()
  return {
    current: () => current,
    onChange: (listener) => void listeners.push(listener),
    close: watch.close,
  }
}
