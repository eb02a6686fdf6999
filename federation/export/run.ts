/** Exports anchors into a folder while this process is its only writer, for `inmor-export`, `ta` and `npm start`. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { FIRST_ANCHOR, readAnchors } from '#store/anchors.ts'
import { createChangeChannels } from '#store/change.ts'
import type { FederationConfig } from '../config/config.ts'
import type { KeyStores } from '../key-store/stores.ts'
import { chooseExported, clearOthers, createPlaces, followAnchors } from './anchors.ts'
import { compareAll, type Export } from './comparison.ts'
import { createCount } from './files.ts'
import { lockFolder, waitForFolder } from './lock.ts'
import { type ExportedAnchor, openExport } from './open.ts'

export type ExportOptions = {
  config: Omit<FederationConfig, 'processes'>
  folder: string
  /** Whether the further anchors are exported too, each into a folder of its own. */
  withOthers: boolean
  redis: Redis
  stores: KeyStores
  log: FastifyBaseLogger
  signal: AbortSignal
}

export class InterruptError extends Error {
  constructor() {
    super('Interrupted. The files that were not compared are as they were.')
  }
}

/** Those that are exported now. @throws Error of Redis */
export async function readExported({
  config: { entityId, redisKeyPrefix },
  redis,
  withOthers,
}: Pick<ExportOptions, 'config' | 'redis' | 'withOthers'>): Promise<ExportedAnchor[]> {
  const first = { slug: FIRST_ANCHOR, entityId }
  return chooseExported(first, await readAnchors(redis, redisKeyPrefix), withOthers)
}

/** Follows each change until the signal aborts. @throws Error of the file system */
export async function keepExported(options: ExportOptions): Promise<void> {
  const { config, folder, log, signal } = options
  const first = { slug: FIRST_ANCHOR, entityId: config.entityId }
  const { places, open } = openPlaces(options)
  const own = { ...options, prefix: config.redisKeyPrefix, places, open }
  while (!signal.aborted) {
    const lock = await waitForFolder(folder, { log, signal })
    if (!lock) return
    await followAnchors(first, { ...own, signal: AbortSignal.any([signal, lock.lost]) }).finally(lock.release)
  }
}

/**
 * Compares everything once, and reports each anchor. Where the signal interrupts it, the rest stays as it was. @throws
 * FolderInUseError, NoAnswerError, InterruptError, Error of the file system
 */
export async function exportOnce(options: ExportOptions, report: (text: string) => void): Promise<void> {
  const { folder, log, signal } = options
  const lock = await lockFolder(folder)
  const { places, open } = openPlaces(options)
  try {
    const wanted = await readExported(options)
    await clearOthers(places, wanted)
    for (const anchor of wanted) {
      const { context, close } = await open(anchor, log)
      const text = await compareOnce(context, signal).finally(close)
      report(`${places.of(anchor.slug)} is as published: ${text}`)
    }
  } finally {
    lock.release()
  }
}

function openPlaces({ config, folder, withOthers, redis, stores }: ExportOptions) {
  const shared = {
    config: { ...config, collectionRateLimit: 1_000_000 }, // it asks for pages as often as there are crawls
    stores,
    redis,
    changes: createChangeChannels(redis),
    tls: undefined,
  }
  const places = createPlaces(folder, withOthers)
  return {
    places,
    open: (anchor: ExportedAnchor, log: FastifyBaseLogger) => {
      places.claim(anchor.slug)
      return openExport(anchor, places.of(anchor.slug), { place: config, shared, log })
    },
  }
}

async function compareOnce(context: Export, signal: AbortSignal): Promise<string> {
  const count = createCount()
  const started = Date.now()
  for await (const _ of compareAll({ ...context, count })) if (signal.aborted) throw new InterruptError()
  await context.record.publish({ files: started, lists: started })
  const { written, removed, faulty } = count
  const kept = faulty > 0 ? ` ${faulty} stay as they were, because their answers have a fault.` : ''
  return `${written} files were written and ${removed} removed.${kept}`
}
