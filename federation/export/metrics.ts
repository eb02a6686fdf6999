/** Serves the metrics of an export: those of its process, and how recent what it wrote is. */
import type { FastifyBaseLogger } from 'fastify'
import type { FederationConfig } from '../config/config.ts'
import { createRegistry, type MetricsServer, serveMetrics } from '../metrics/registry.ts'
import { observeManifests, observeRedis } from '../metrics/state.ts'
import { listenOrExplain } from '../process/start-error.ts'
import { readExported } from './run.ts'

type Exported = Parameters<typeof readExported>[0]

/** Undefined without a port, and where it cannot listen: the files do not depend on it. */
export async function openMetrics({
  log,
  ...exported
}: Exported & {
  config: Pick<FederationConfig, 'host' | 'metricsPort'>
  log: FastifyBaseLogger
}): Promise<MetricsServer | undefined> {
  const { host, metricsPort: port } = exported.config
  if (port === undefined) return undefined
  const registry = createRegistry()
  observeRedis(registry, () => exported.redis.ping())
  observeManifests(registry, {
    ...exported,
    anchors: async () => (await readExported(exported)).map(({ slug }) => slug),
  })
  const place = { host, port }
  try {
    const server = await listenOrExplain({ ...place, variable: 'METRICS_PORT' }, () =>
      serveMetrics(registry, place),
    )
    log.info({ url: server.url }, 'Serving metrics')
    return server
  } catch (err) {
    log.error({ err }, 'The metrics are not served')
    return undefined
  }
}
