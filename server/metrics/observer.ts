/** Connects the admin server and its workers with their metrics. */
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import { collectDefaultMetrics, type Registry } from 'prom-client'
import { observeFetches } from '#federation/metrics/fetches.ts'
import { ProcessRegistry, serveMetrics } from '#federation/metrics/registry.ts'
import { observeSigning } from '#federation/metrics/signing.ts'
import { observeKeys, observeRedis } from '#federation/metrics/state.ts'
import { listenOrExplain } from '#federation/process/start-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { SignInObserver } from '#server/auth/sign-in-record.ts'
import { type Clock, toUnix } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { JobObserver } from '#server/jobs/context.ts'
import { observeDeliveries, observeMails, observeWebhooks } from '#server/metrics/deliveries.ts'
import { observeInstallation, observePool } from '#server/metrics/gauges.ts'
import type { InstallationSource } from '#server/metrics/installation.ts'
import { type OperationObserver, observeOperations, observeSignIns } from '#server/metrics/operations.ts'
import { observeJobs, observePublication } from '#server/metrics/work.ts'
import type { PublicationObserver } from '#server/publish/context.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { WebhookObserver } from '#server/webhook/courier.ts'
import type { Reader } from '#store/reader.ts'

/** What is measured for each anchor. */
export type AnchorObserver = {
  publication: PublicationObserver
  jobs: JobObserver
  fetcher(fetcher: Fetcher): Fetcher
  signingKeys(keys: SigningKeys): SigningKeys
  /** The sources that each scrape reads. */
  state(sources: Omit<InstallationSource, 'now'> & { reader: Reader; signingKeys: SigningKeys }): void
  /** Ends the metrics of the anchor. */
  close(): void
}

export type Observer = {
  registry: ProcessRegistry
  operations: OperationObserver
  signIn: SignInObserver
  deliveries: WebhookObserver
  pool(pool: Pool): void
  /** What is sent to other systems and to people. */
  messages(db: Database): void
  /** The series of every anchor but the first one, which has no slug here, have it as a label. */
  ofAnchor(slug: string | null): AnchorObserver
}

/** Always counts, because that is cheap. The process decides whether to serve the metrics. */
export function createObserver(now: Clock): Observer {
  const registry = new ProcessRegistry()
  return {
    registry,
    operations: observeOperations(registry),
    signIn: observeSignIns(registry),
    deliveries: observeDeliveries(registry),
    pool: (pool) => observePool(registry, pool),
    messages(db) {
      observeWebhooks(registry, db)
      observeMails(registry, db, now)
    },
    ofAnchor(slug) {
      if (slug === null) return observeAnchor(registry, now, () => undefined)
      const own = registry.addAnchor(slug)
      return observeAnchor(own, now, () => registry.removeAnchor(own))
    },
  }
}

function observeAnchor(registry: Registry, now: Clock, close: () => void): AnchorObserver {
  return {
    publication: observePublication(registry, now),
    jobs: observeJobs(registry, now),
    fetcher: (fetcher) => observeFetches(fetcher, registry),
    signingKeys: (keys) => ({ ...keys, current: observeSigning(keys.current, registry) }),
    state({ reader, signingKeys, ...installation }) {
      observeInstallation(registry, { ...installation, now })
      observeRedis(registry, () => reader.ping())
      const keys = () => (signingKeys.isUsable() ? signingKeys.current() : undefined)
      observeKeys(registry, { keys, signer: () => keys()?.signer, now: () => toUnix(now()) })
    },
    close,
  }
}

/** Serves the metrics if a port is set, and the health of a worker, which has no other port. */
export async function offerMetrics(
  { registry }: Pick<Observer, 'registry'>,
  { host, metricsPort }: { host: string; metricsPort: number | undefined },
  log: FastifyBaseLogger,
  isWell?: () => Promise<boolean>,
): Promise<{ url: string | undefined; close(): Promise<void> }> {
  if (metricsPort === undefined) return { url: undefined, close: async () => undefined }
  collectDefaultMetrics({ register: registry })
  const place = { host, port: metricsPort }
  const server = await listenOrExplain({ ...place, variable: 'METRICS_PORT' }, () =>
    serveMetrics(registry, place, isWell),
  )
  log.info({ url: server.url }, 'metrics are offered')
  return server
}
