/** Exports anchors while the registry has them. The files of one that is paused or removed go, because it must not answer. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { FIRST_ANCHOR, isSlug, type RegisteredAnchor } from '#store/anchors.ts'
import { followRegistry } from '../anchors/registry.ts'
import { openFolder } from '../files/folder.ts'
import { CONFIGURATION_FILE, MANIFEST_FILE, topLevel } from '../files/place.ts'
import { follow } from './exporter.ts'
import type { ExportedAnchor, OpenExport } from './open.ts'

/** Milliseconds between reads of the registry. */
const REGISTRY_MS = 1_000
/** Milliseconds until an export that could not be opened is tried again. */
const RETRY_MS = 2_000

type Options = {
  redis: Redis
  /** Of the first anchor. */
  prefix: string
  /** Whether the further anchors are exported too. */
  withOthers: boolean
  places: Pick<Places, 'inUse' | 'clear'>
  open(anchor: ExportedAnchor, log: FastifyBaseLogger): Promise<OpenExport>
  log: FastifyBaseLogger
  signal: AbortSignal
}

type Running = { anchor: ExportedAnchor; stop(): Promise<void> }

/** Those that have files. The first anchor is exported even if the registry lacks it. */
export function chooseExported(
  first: ExportedAnchor,
  registered: readonly RegisteredAnchor[],
  withOthers: boolean,
): ExportedAnchor[] {
  const isPaused = registered.some(({ slug, paused }) => slug === first.slug && paused)
  const others = registered.filter(({ slug, paused }) => withOthers && slug !== first.slug && !paused)
  return [...(isPaused ? [] : [first]), ...others]
}

/** Removes the files of all others, and returns their slugs. */
export async function clearOthers(
  places: Options['places'],
  wanted: readonly ExportedAnchor[],
): Promise<string[]> {
  const others = places.inUse().filter((slug) => !wanted.some((anchor) => anchor.slug === slug))
  for (const slug of others) await places.clear(slug)
  return others
}

/** Ends when the signal aborts. */
export async function followAnchors(first: ExportedAnchor, options: Options): Promise<void> {
  const { redis, prefix, withOthers, places, open, log, signal } = options
  const running = new Map<string, Running>()

  function start(anchor: ExportedAnchor): void {
    const stopped = new AbortController()
    const ended = keepExporting(anchor, AbortSignal.any([stopped.signal, signal]))
    const stop = () => {
      stopped.abort()
      return ended
    }
    running.set(anchor.slug, { anchor, stop })
  }

  async function keepExporting(anchor: ExportedAnchor, until: AbortSignal): Promise<void> {
    const own = log.child({ anchor: anchor.slug })
    while (!until.aborted) {
      try {
        const { context, close } = await open(anchor, own)
        await follow(context, { log: own, signal: until }).finally(close)
      } catch (err) {
        own.error({ err }, 'The Trust Anchor cannot be exported. Trying again.')
        await setTimeout(RETRY_MS, undefined, { signal: until }).catch(() => undefined)
      }
    }
  }

  /** One after the other, so that a folder has one writer. */
  async function use(registered: readonly RegisteredAnchor[]): Promise<void> {
    const wanted = chooseExported(first, registered, withOthers)
    for (const { anchor, stop } of [...running.values()]) {
      if (wanted.some(({ slug, entityId }) => slug === anchor.slug && entityId === anchor.entityId)) continue
      await stop()
      running.delete(anchor.slug)
    }
    for (const slug of await clearOthers(places, wanted))
      log.info({ anchor: slug }, 'The Trust Anchor is paused or removed, and its files are gone')
    for (const anchor of wanted) if (!running.has(anchor.slug)) start(anchor)
  }

  let last = Promise.resolve()
  let isRegistered = false
  const take = (registered: readonly RegisteredAnchor[]) => {
    isRegistered = true
    last = last
      .then(() => use(registered))
      .catch((err: unknown) => log.error({ err }, 'The registry of anchors cannot be followed'))
  }
  const following = followRegistry({
    redis,
    prefix,
    intervalMs: REGISTRY_MS,
    logger: log,
    onChange: take,
  })
  await following.ready
  await last
  if (!isRegistered) take([])
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  following.close()
  await last
  await Promise.all([...running.values()].map(({ stop }) => stop()))
}

/** The mark of a folder. */
const MARK = '.inmor-export'

type Places = ReturnType<typeof createPlaces>

/** Its functions throw errors of the file system. */
export function createPlaces(root: string, withOthers: boolean) {
  const of = (slug: string) => (withOthers ? join(root, slug) : root)
  const mark = (slug: string) => join(of(slug), MARK)
  const isUsed = (slug: string) =>
    [CONFIGURATION_FILE, MANIFEST_FILE].some((file) => existsSync(join(of(slug), file)))
  return {
    of,
    /** Before it is written into. */
    claim(slug: string): void {
      if (!withOthers) return
      mkdirSync(of(slug), { recursive: true })
      writeFileSync(mark(slug), '')
    },
    /** The slugs of those with files of an export. */
    inUse: (): string[] =>
      withOthers
        ? readdirSync(root).filter((slug) => isSlug(slug) && existsSync(mark(slug)))
        : [FIRST_ANCHOR].filter(isUsed),
    /** Removes all that an export has written, at once for readers. */
    async clear(slug: string): Promise<void> {
      await openFolder(of(slug)).clear(topLevel)
      rmSync(mark(slug), { force: true })
    },
  }
}
