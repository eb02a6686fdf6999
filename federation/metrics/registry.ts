/** The metrics of one process in Prometheus' form, offered on a port of their own so that no proxy publishes them. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client'

export type MetricsServer = {
  url: string
  close(): Promise<void>
}

/** Seconds: what is answered from memory lies in the first buckets, what others are asked for in the last. */
export const durationBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
]

/** What can be told to Prometheus. */
export type MetricsSource = Pick<Registry, 'contentType' | 'metrics'>

/** With what Node tells of the process itself: processor time, memory, event loop. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

type Metrics = MetricObjectWithValues<MetricValue<string>>[]

/** Several parts of the product in one process: each value says in `service` which part it is of. */
export function together(parts: Readonly<Record<string, Registry>>): MetricsSource {
  for (const [service, registry] of Object.entries(parts)) registry.setDefaultLabels({ service })
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async metrics() {
      const all = await Promise.all(Object.values(parts).map((registry) => registry.getMetricsAsJSON()))
      // The declaration knows the metrics by their shape without values, which is what is aggregated.
      return AggregatorRegistry.aggregate(all as Metrics[]).metrics()
    },
  }
}

/** Whether a process that serves nothing else can do its work. */
type HealthCheck = () => Promise<boolean>

/** Answers GET /metrics, and, with a check, /health and /health/live; nothing else. */
export async function serveMetrics(
  source: MetricsSource,
  { host, port }: { host: string; port: number },
  isWell?: HealthCheck,
): Promise<MetricsServer> {
  const server = createServer(async (request, response) => {
    const { url = '' } = request
    if (isWell && url.startsWith('/health')) {
      const isGood = url === '/health/live' || (await isWell())
      response.writeHead(isGood ? 200 : 503, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ status: isGood ? 'ok' : 'error' }))
    }
    if (url !== '/metrics') return void response.writeHead(404).end()
    try {
      const body = await source.metrics()
      response.writeHead(200, { 'content-type': source.contentType }).end(body)
    } catch (error) {
      response.writeHead(500).end(String(error)) // whoever may read metrics may read why there are none
    }
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/metrics`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
