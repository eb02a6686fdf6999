/** The metrics of a process with several anchors: each further one has a registry of its own, with a label. */
import { type Metric, type MetricObject, Registry } from 'prom-client'

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
