/** Serves the metrics of an export: those of its process, and how recent what it wrote is. */
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { Gauge } from 'prom-client'
import { decodePart, payloadOf } from '#store/published-jwt.ts'
import type { FederationConfig } from '../config/config.ts'
import { createRegistry, type MetricsServer, serveMetrics } from '../metrics/registry.ts'
import { observeRedis } from '../metrics/state.ts'
import { listenOrExplain } from '../process/start-error.ts'

type Options = {
  redis: Redis
  /** The key of the last manifest in Redis, by the slug of its anchor. */
  manifests: ReadonlyMap<string, string>
  log: FastifyBaseLogger
}

/** Undefined without a port, and where it cannot listen: the files do not depend on it. */
export async function openMetrics(
  { host, metricsPort: port }: Pick<FederationConfig, 'host' | 'metricsPort'>,
  { redis, manifests, log }: Options,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined
  const registry = createRegistry()
  observeRedis(registry, () => redis.ping())
  new Gauge({
    name: 'inmor_export_manifest_age_seconds',
    help: 'Time since the last manifest was signed; absent while there is none.',
    labelNames: ['anchor'],
    registers: [registry],
    async collect() {
      this.reset()
      for (const [anchor, key] of manifests) {
        const jwt = await redis.get(key).catch(() => null) // inmor_redis_up shows the outage
        const iat = jwt === null ? undefined : decodePart(payloadOf(jwt))?.iat
        if (typeof iat === 'number') this.set({ anchor }, Date.now() / 1000 - iat)
      }
    },
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
