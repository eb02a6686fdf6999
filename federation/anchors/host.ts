/** Hosts the further anchors of the registry beside the first one: opens, pauses and closes them while the server runs. */
import type { FastifyBaseLogger } from 'fastify'
import { type AnchorPlace, anchorPlace, FIRST_ANCHOR, type RegisteredAnchor } from '#store/anchors.ts'
import type { ProcessRegistry } from '../metrics/registry.ts'
import type { Front } from './front.ts'
import { openKeys } from './keys.ts'
import { type Anchor, openAnchor, type SharedParts } from './open.ts'
import { keepOpening, type Opening } from './opening.ts'
import { followRegistry } from './registry.ts'

type HostOptions = {
  /** Of the first anchor. */
  place: AnchorPlace
  front: Front
  shared: SharedParts
  logger: FastifyBaseLogger
  /** Undefined if metrics are off. */
  registry: ProcessRegistry | undefined
  /** Milliseconds between reads of the registry, and of a key directory. */
  waits: { anchors: number; keys: number }
}

export type Hosting = {
  /** Finishes pending requests. */
  close(): Promise<void>
}

type Hosted = { anchor: RegisteredAnchor; opening: Opening }

/** Resolves when the anchors of the registry are open, if Redis can be read. */
export async function hostAnchors(options: HostOptions): Promise<Hosting> {
  const { place, front, shared, logger, registry, waits } = options
  const hosted = new Map<string, Hosted>()
  const closing = new Set<Promise<void>>()
  let isFirstPaused = false

  async function open({ slug, entityId }: RegisteredAnchor, log: FastifyBaseLogger): Promise<Anchor> {
    const own = anchorPlace(place, slug)
    const keys = await openKeys(own, log, waits.keys, shared.stores)
    const metrics = registry?.addAnchor(slug)
    const prefix = own.redisKeyPrefix
    const options = {
      entityId,
      isFirst: false,
      prefix,
      keys,
      logger: log,
      registry: metrics,
      bridgesOutages: true,
    }
    const { app, close } = openAnchor(options, shared)
    return {
      app,
      close() {
        if (metrics) registry?.removeAnchor(metrics)
        return close()
      },
    }
  }

  function host(anchor: RegisteredAnchor): Opening {
    const log = logger.child({ anchor: anchor.slug })
    return keepOpening({ open: () => open(anchor, log), retryMs: waits.keys, logger: log, onOpen: show })
  }

  function end({ anchor: { slug }, opening }: Hosted): void {
    const log = logger.child({ anchor: slug })
    const ended = opening
      .close()
      .then(() => log.info('Stopped serving the Trust Anchor'))
      .catch((error: unknown) => log.error({ err: error }, 'Closing the Trust Anchor failed'))
      .finally(() => closing.delete(ended))
    closing.add(ended)
  }

  function show(): void {
    const others = [...hosted.values()].map(({ anchor: { entityId, paused }, opening }) => {
      return { entityId, paused, app: opening.current()?.app }
    })
    front.serve(isFirstPaused, others)
  }

  function use(anchors: readonly RegisteredAnchor[]): void {
    const ended = new Map(hosted)
    hosted.clear()
    isFirstPaused = anchors.some(({ slug, paused }) => slug === FIRST_ANCHOR && paused)
    for (const anchor of anchors.filter(({ slug }) => slug !== FIRST_ANCHOR)) {
      const present = ended.get(anchor.slug)
      const isSame = present?.anchor.entityId === anchor.entityId
      if (isSame) ended.delete(anchor.slug)
      hosted.set(anchor.slug, { anchor, opening: present && isSame ? present.opening : host(anchor) })
    }
    show()
    for (const each of ended.values()) end(each)
  }

  const following = followRegistry({
    redis: shared.redis,
    prefix: place.redisKeyPrefix,
    intervalMs: waits.anchors,
    logger,
    onChange: use,
  })
  await following.ready
  await Promise.all([...hosted.values()].map(({ opening }) => opening.tried))
  return {
    async close() {
      following.close()
      for (const each of hosted.values()) end(each)
      await Promise.all([front.close(), ...closing])
    },
  }
}
