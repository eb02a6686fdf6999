/** Collects the metrics of a process and serves them to Prometheus, on a separate port that no proxy publishes. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  type Metric,
  type MetricObject,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client'
import { METRICS_PATH } from '../http/served-paths.ts'

export type MetricsServer = {
  url: string
  close(): Promise<void>
}

/** Seconds. Responses from memory fall into the first buckets, fetches from other entities into the last. */
export const durationBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
]

type MetricsSource = Pick<Registry, 'contentType' | 'metrics'>

/** Creates a registry with Node's default metrics: CPU time, memory, event loop. */
export function createRegistry(): ProcessRegistry {
  const registry = new ProcessRegistry()
  collectDefaultMetrics({ register: registry })
  return registry
}

type Metrics = MetricObjectWithValues<MetricValue<string>>[]

/** Combines the metrics of several services in one process. The label `service` tells them apart. */
export function combineRegistries(parts: Readonly<Record<string, Registry>>): MetricsSource {
  for (const [service, registry] of Object.entries(parts)) registry.setDefaultLabels({ service })
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async metrics() {
      const all = await Promise.all(Object.values(parts).map((registry) => registry.getMetricsAsJSON()))
      // The declared type omits the values.
      return AggregatorRegistry.aggregate(all as Metrics[]).metrics()
    },
  }
}

/** Whether a process without other endpoints is healthy. */
type HealthCheck = () => Promise<boolean>

/** Serves GET /metrics and, with a check, /health and /health/live. */
export async function serveMetrics(
  source: MetricsSource,
  { host, port }: { host: string; port: number },
  isHealthy?: HealthCheck,
): Promise<MetricsServer> {
  const server = createServer(async (request, response) => {
    const { url = '' } = request
    if (isHealthy && url.startsWith('/health')) {
      const isOk = url === '/health/live' || (await isHealthy())
      response.writeHead(isOk ? 200 : 503, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ status: isOk ? 'ok' : 'error' }))
    }
    if (url !== METRICS_PATH) return void response.writeHead(404).end()
    try {
      const body = await source.metrics()
      response.writeHead(200, { 'content-type': source.contentType }).end(body)
    } catch (error) {
      response.writeHead(500).end(String(error)) // readers of metrics may read the error
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

/** Holds the metrics of the process and its first anchor, and prints those of the further anchors with them. */
export class ProcessRegistry extends Registry {
  readonly #further = new Map<Registry, string>()

  /** Creates the registry of a further anchor. */
  addAnchor(slug: string): Registry {
    const registry = new Registry()
    this.#further.set(registry, slug)
    return registry
  }

  removeAnchor(registry: Registry): void {
    this.#further.delete(registry)
  }

  /** Everything that prints metrics asks for them here. */
  override getMetricsAsArray(): MetricObject[] {
    const own = super.getMetricsAsArray()
    if (this.#further.size === 0) return own
    return own.map((metric) => extend(metric as PrintedMetric, this.#further)) // its types omit the methods
  }
}

type Printed = Awaited<ReturnType<Metric['get']>>

/** A registered metric, as prom-client prints it: a histogram as text with its labels apart, and as JSON with them joined. */
type PrintedMetric = MetricObject & { get(): Promise<Printed>; getForPromString?(): Promise<Printed> }

/** Adds the values of the further registries to those that the metric prints. */
function extend(metric: PrintedMetric, further: Iterable<[Registry, string]>): MetricObject {
  const extended = (print: () => Promise<Printed>) => async () => {
    const others = [...further].map(([registry, anchor]) => readValues(registry, metric.name, anchor))
    const [own, ...values] = await Promise.all([print(), ...others])
    return { ...own, values: [...own.values, ...values.flat()] }
  }
  return Object.assign(Object.create(metric), {
    get: extended(() => metric.get()),
    getForPromString: extended(() => metric.getForPromString?.() ?? metric.get()),
  })
}

async function readValues(registry: Registry, name: string, anchor: string): Promise<Printed['values']> {
  const { values = [] } = (await registry.getSingleMetric(name)?.get()) ?? {}
  return values.map((value) => ({ ...value, labels: { ...value.labels, anchor } }))
}
