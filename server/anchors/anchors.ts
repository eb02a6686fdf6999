/** Runs the anchors of the installation: starts and stops them as their rows come and go, in every process. */
import { isJsonEqual } from '#core/json.ts'
import type { Anchor as Row } from '#prisma/generated/client/client.ts'
import { type Anchor, type Installation, startAnchor, type WorkerOptions } from '#server/anchors/anchor.ts'
import { spreadKeys } from '#server/anchors/anchor-links.ts'
import { createScheduleClock, lookAfter } from '#server/anchors/look.ts'
import { leaveCall } from '#server/identity/origin.ts'
import { eachInParallel } from '#server/jobs/in-parallel.ts'
import { renewPins } from '#server/publish/pins.ts'
import { FIRST_ANCHOR, readAnchors, writeAnchors } from '#store/anchors.ts'

/** Milliseconds between two looks at what other processes change too. */
const INTERVAL_MS = 2_000
/** Milliseconds between two comparisons of the pins that are published, without a change that is known. */
const PINS_INTERVAL_MS = 60_000
/** More would wait for each other's connections to the database. */
const STARTS_AT_A_TIME = 3

export type KnownAnchor = Pick<Row, 'slug' | 'pausedAt' | 'createdAt'> & {
  entityId: string
  /** Undefined while it cannot run. */
  running: Anchor | undefined
  /** Why it cannot run. */
  fault: string | null
}

export type Anchors = {
  /** The configured one. */
  first: Anchor
  /** All of them, the first one first and the others by slug. */
  list(): readonly KnownAnchor[]
  /** By slug or Entity Identifier. */
  find(name: string): KnownAnchor | undefined
  /** Looks at the rows now, and tells the federation servers. */
  refresh(): Promise<void>
  /** Every anchor executes runs from now on, and each that starts later. */
  startWorkers(options: WorkerOptions): Promise<void>
  /** Ends all streams, so that the server can close. */
  endStreams(): Promise<void>
  close(): Promise<void>
}

/** @throws an error of the first anchor; another one that cannot start is tried again */
export async function openAnchors(
  installation: Installation,
  explain: (error: unknown) => string,
): Promise<Anchors> {
  const { db, config, log } = installation
  const running = new Map<string, Anchor>()
  const hosted = (entityId: string) => [...running.values()].find((anchor) => anchor.entityId === entityId)
  const first = await startAnchor(
    installation,
    { slug: FIRST_ANCHOR, entityId: config.entityId, isFirst: true },
    hosted,
  )
  const faults = new Map<string, string>()
  let known: KnownAnchor[] = []
  let workers: WorkerOptions | undefined
  let last = Promise.resolve()
  let lastPins = Promise.resolve()
  const closing = new AbortController()
  let isAnnouncing = false

  function add(anchor: Anchor): void {
    running.set(anchor.slug, anchor)
    if (!installation.isWorker) return
    anchor.onKeys(() => spreadKeys(anchor, [...running.values()], log))
    anchor.onKeys(renewAllPins)
  }

  /** One look at a time. */
  function refresh(): Promise<void> {
    const look = last.then(() => (closing.signal.aborted ? undefined : leaveCall(follow)))
    last = look.catch(() => undefined) // each caller gets its own failure
    return look
  }

  async function follow(): Promise<void> {
    const rows = await db.anchor.findMany({ orderBy: { slug: 'asc' } })
    const gone = [...running.keys()].filter((slug) => !rows.some((row) => row.slug === slug))
    await Promise.all(gone.map(stop))
    const missing = rows.filter(({ slug }) => !running.has(slug))
    await eachInParallel(missing, STARTS_AT_A_TIME, closing.signal, start)
    known = rows
      .map(({ slug, entityId, pausedAt, createdAt }) => ({
        slug,
        entityId: entityId ?? config.entityId,
        pausedAt,
        createdAt,
        running: running.get(slug),
        fault: faults.get(slug) ?? null,
      }))
      .sort((a, b) => Number(b.slug === FIRST_ANCHOR) - Number(a.slug === FIRST_ANCHOR))
    void announce()
  }

  async function start({ slug, entityId }: Row): Promise<void> {
    try {
      if (entityId === null) throw new TypeError(`The anchor ${slug} has no identifier.`)
      const anchor = await startAnchor(installation, { slug, entityId, isFirst: false }, hosted)
      add(anchor)
      await startWorker(anchor)
      faults.delete(slug)
      log.info({ anchor: slug, entityId }, 'an anchor was started')
    } catch (err) {
      note(slug, err)
    }
  }

  /** Without its worker, the anchor ends. */
  async function startWorker(anchor: Anchor): Promise<void> {
    if (!workers) return
    try {
      await anchor.startWorker(workers)
    } catch (error) {
      await stop(anchor.slug)
      throw error
    }
  }

  /** It is tried again at each look; a fault is reported once. */
  function note(slug: string, err: unknown): void {
    const fault = explain(err)
    if (faults.get(slug) !== fault)
      log.error({ err, anchor: slug }, 'an anchor cannot start; it is tried again')
    faults.set(slug, fault)
  }

  async function stop(slug: string): Promise<void> {
    const anchor = running.get(slug)
    running.delete(slug)
    faults.delete(slug)
    await anchor?.endStreams()
    await anchor?.close()
    log.info({ anchor: slug }, 'an anchor was stopped')
  }

  /** At each look, because Redis may have lost the registry. */
  async function announce(): Promise<void> {
    const { redis } = installation
    if (isAnnouncing || redis.status !== 'ready') return
    isAnnouncing = true
    const wanted = known
      .map(({ slug, entityId, pausedAt }) => ({ slug, entityId, paused: pausedAt !== null }))
      .sort((a, b) => (a.slug < b.slug ? -1 : 1))
    const write = async () => {
      const present = await readAnchors(redis, config.redisKeyPrefix)
      if (!isJsonEqual(present, wanted)) await writeAnchors(redis, config.redisKeyPrefix, wanted)
    }
    await write()
      .catch((err) => log.warn({ err }, 'the registry of anchors cannot be written; it is tried again'))
      .finally(() => {
        isAnnouncing = false
      })
  }

  /** The reasons of a change of the pins: keys of a superior, its own superiors, a restore, or a loss of Redis. */
  function renewAllPins(): Promise<void> {
    const renew = async () => {
      if (running.size === 1 || closing.signal.aborted || installation.redis.status !== 'ready') return
      for (const anchor of running.values()) if (await renewPins(anchor)) void anchor.publisher.flush()
    }
    const all = lastPins.then(renew)
    lastPins = all.catch((err) => log.warn({ err }, 'the keys of superiors here are not spread yet'))
    return lastPins
  }

  add(first)
  await refresh()
  const tick = createScheduleClock(installation, closing.signal)
  let isLooking = false
  let settings = ''
  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      await refresh()
      const all = [...running.values()]
      const [found] = await Promise.all([
        lookAfter(installation, all),
        installation.queues.look(),
        workers?.keepsSchedules ? tick(all) : undefined,
      ])
      if (found !== settings && installation.isWorker) void renewAllPins()
      settings = found
    } catch (err) {
      log.warn({ err }, 'the anchors cannot be read; they stay as they are')
    } finally {
      isLooking = false
    }
  }
  const timer = setInterval(() => void look(), INTERVAL_MS)
  const pinsTimer = installation.isWorker ? setInterval(renewAllPins, PINS_INTERVAL_MS) : undefined

  return {
    first,
    list: () => known,
    find: (name) => known.find(({ slug, entityId }) => slug === name || entityId === name),
    refresh,
    async startWorkers(options) {
      workers = options
      await first.startWorker(options)
      const others = [...running.values()].filter((anchor) => anchor !== first)
      await eachInParallel(others, STARTS_AT_A_TIME, closing.signal, (anchor) =>
        startWorker(anchor).catch((err) => note(anchor.slug, err)),
      )
    },
    endStreams: async () =>
      void (await Promise.all([...running.values()].map((anchor) => anchor.endStreams()))),
    async close() {
      closing.abort()
      clearInterval(timer)
      clearInterval(pinsTimer)
      await Promise.all([last, lastPins])
      await Promise.all([...running.values()].map((anchor) => anchor.close()))
    },
  }
}
