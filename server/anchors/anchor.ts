/** Starts what each anchor has of its own: database client, keys, publisher, services, runs, schedules and streams. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import type { Pool } from 'pg'
import type { Gate } from '#federation/gate.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import type { FetchLimits } from '#fetcher/limits.ts'
import { createAlertService } from '#server/alerts/alerts.ts'
import { tellAlerts } from '#server/alerts/tell.ts'
import { watchAlerts } from '#server/alerts/watch.ts'
import type { Clock } from '#server/clock.ts'
import type { ServerConfig } from '#server/config/config.ts'
import { connectAnchor } from '#server/database/anchor-client.ts'
import type { Database } from '#server/database/client.ts'
import type { Queues } from '#server/jobs/queue.ts'
import { createRuns } from '#server/jobs/runs.ts'
import { createScheduleChanges } from '#server/jobs/schedule-changes.ts'
import type { ScheduleContext } from '#server/jobs/schedule-row.ts'
import { type ScheduleName, schedulesOf } from '#server/jobs/schedules.ts'
import { ensureSchedules } from '#server/jobs/scheduling.ts'
import { keepKeys, startWorker, type Worker } from '#server/jobs/worker.ts'
import { createAuditFeed } from '#server/live/audit-feed.ts'
import { createEvents } from '#server/live/events.ts'
import type { MailOutbox } from '#server/mail/outbox.ts'
import type { Observer } from '#server/metrics/observer.ts'
import type { InstallationChanges } from '#server/plan/kind/row.ts'
import type { Hosted } from '#server/publish/pins.ts'
import { watchPublication } from '#server/publish/publication-status.ts'
import { startPublisher } from '#server/publish/publisher.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { createAdoption } from '#server/services/found-withdrawals.ts'
import { createServices } from '#server/services/index.ts'
import { anchorPlace } from '#store/anchors.ts'
import type { ChangeChannels } from '#store/change.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import { redisKeys } from '#store/keys.ts'
import { createReader } from '#store/reader.ts'

/** What the anchors of an installation share. */
export type Installation = {
  config: Pick<
    ServerConfig,
    'redisKeyPrefix' | 'keysDirectory' | 'historicalKeysDirectory' | 'entityId' | 'allowHttp'
  >
  db: Database
  pool: Pool
  /** The orders of runs. */
  queues: Queues
  /** Where private keys are that no file holds. */
  keyStores: KeyStores
  redis: Redis
  subscriber: Redis
  /** Announcements of what is published. */
  changes: ChangeChannels
  /** Limits for how many anchors at a time the process does work that needs much memory. */
  gate: Gate
  mail: MailOutbox
  observe: Observer
  log: FastifyBaseLogger
  now: Clock
  /** Whether this process executes runs. */
  isWorker: boolean
  /** Whether the first anchor starts with a key directory that cannot be used, as the other ones do. */
  mayLackKeys?: boolean
  fetchLimits: Partial<FetchLimits>
}

export type AnchorIdentity = { slug: string; entityId: string; isFirst: boolean }

export type Anchor = Awaited<ReturnType<typeof startAnchor>>

export type WorkerOptions = {
  /** Whether the worker executes schedules besides runs. */
  keepsSchedules: boolean
  /** For the runs of the first anchor. */
  installationChanges: InstallationChanges
}

/** @throws an error whose message is one clear sentence, and nothing stays open */
export async function startAnchor(
  installation: Installation,
  { slug, entityId, isFirst }: AnchorIdentity,
  hosted: Hosted,
) {
  await using opened = new AsyncDisposableStack()
  const { config, redis, changes, mail, now } = installation
  const { allowHttp } = config
  const { redisKeyPrefix, keysDirectory, historicalKeysDirectory } = anchorPlace(config, slug)
  const log = isFirst ? installation.log : installation.log.child({ anchor: slug })
  const observe = installation.observe.ofAnchor(isFirst ? null : slug)
  opened.defer(observe.close)

  const openedKeys = await openSigningKeys({
    directory: keysDirectory,
    historicalDirectory: historicalKeysDirectory,
    stores: installation.keyStores,
    onError: (err) =>
      log.error({ err }, 'the key directory or a key store is not usable; the previous keys stay in use'),
    onWarning: (warning) => log.warn(warning),
    mayBeUnusable: !isFirst || installation.mayLackKeys === true,
    keepsStores: true,
  })
  opened.defer(openedKeys.close)
  const signingKeys = observe.signingKeys(openedKeys)
  const db = connectAnchor(installation.pool, slug, isFirst)
  opened.defer(() => db.$disconnect())
  const fetcher = observe.fetcher(createFetcher({ allowHttp, limits: installation.fetchLimits }))
  opened.defer(fetcher.close)
  const publishing = { db, redis, keys: redisKeys(redisKeyPrefix), entityId, signingKeys, hosted, now }
  const publisher = startPublisher(publishing, log, observe.publication, createAdoption(publishing))
  opened.defer(publisher.stop)
  const events = createEvents(redis, installation.subscriber, redisKeyPrefix)
  opened.defer(events.close)
  const reader = createReader({ redis, prefix: redisKeyPrefix, changes })
  opened.defer(reader.close)
  const deps = {
    reader,
    db,
    slug,
    entityId,
    allowHttp,
    fetcher,
    signingKeys,
    hosted,
    publishing,
    publisher,
    events,
    mail,
    now,
  }
  const services = createServices(deps)

  const { isWorker, queues } = installation
  const keepsKeys = !isWorker && (await explainReadOnly(openedKeys.place)) === null
  const queue = await queues.ofAnchor(slug)
  opened.defer(queue.close)
  const ofInstallation = { installation: isFirst ? installation.db : null }
  await ensureSchedules(db, schedulesOf(ofInstallation), slug)
  const scheduleChanges = createScheduleChanges(db, queues)
  const runs = createRuns({ db, queue, events, now })
  observe.state({ db, queue, reader, signingKeys, publishing, slug, isFirst })

  // The directory may have changed while no process ran. One that cannot be used was reported above.
  if (signingKeys.fault() === null) await services.signingKeys.follow()
  const keyListeners: (() => Promise<void>)[] = []
  signingKeys.onChange(async () => {
    try {
      await services.signingKeys.follow()
      for (const listener of keyListeners) await listener()
    } catch (err) {
      log.error({ err }, 'changed keys are not published yet')
    }
  })

  // Items do not wait for publication; the run waits once, at its end.
  const behind = { ...publisher, flush: async () => void publisher.flush() }
  const alerts = createAlertService({ db, publishing, queue, now, slug, isFirst })
  const jobContext: ScheduleContext = {
    ...deps,
    ...ofInstallation,
    services: createServices({ ...deps, publisher: behind }),
    scheduleChanges,
    installationChanges: null,
    redisKeyPrefix,
    gate: installation.gate,
    runs,
    queue,
    tellAlerts: async () => tellAlerts(deps, await alerts.list()),
    observe: observe.jobs,
  }
  if (keepsKeys) await keepKeys(queue, jobContext, log)
  const streams = {
    auditFeed: createAuditFeed(db, (err) => log.warn({ err }, 'the audit log cannot be read; watchers wait')),
    publicationWatch: watchPublication(publishing),
    alertWatch: watchAlerts(alerts),
  }
  const owned = opened.move()
  let worker: Worker | undefined

  return {
    ...deps,
    ...streams,
    isFirst,
    services,
    alerts,
    queue,
    runs,
    scheduleChanges,
    jobContext,
    /** Called after changed keys were recorded, so that they will be published. */
    onKeys: (listener: () => Promise<void>) => void keyListeners.push(listener),
    async startWorker({ keepsSchedules, installationChanges }: WorkerOptions): Promise<void> {
      const context = isFirst ? { ...jobContext, installationChanges } : jobContext
      worker = await startWorker({ queue, events, log, context, keepsSchedules })
      owned.defer(worker.close)
    },
    /** Executes a schedule that is due, if the worker has started. */
    runDue: async (name: ScheduleName, due: Date) => worker?.runDue(name, due),
    /** Ends all streams, so that the server can close. */
    async endStreams() {
      for (const stream of Object.values(streams)) stream.close()
      await events.close()
    },
    /** Close the users of the anchor first, or running requests fail. */
    close: () => owned.disposeAsync(),
  }
}
