/** Reads the Prometheus metrics of a process. */

export type Metrics = {
  /** Of the families, such as a histogram without its `_bucket`, `_sum` and `_count`. */
  names: readonly string[]
  /** The value of each line of the metric that carries all of these labels. */
  values(name: string, labels?: Record<string, string>): number[]
}

export async function readMetrics(url: string | undefined): Promise<Metrics> {
  const response = await fetch(String(url))
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  const lines = text.split('\n')
  return {
    names: lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []),
    values(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
      return lines
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .filter((line) => wanted.every((label) => line.includes(label)))
        .map((line) => Number(line.split(' ').at(-1)))
    },
  }
}
