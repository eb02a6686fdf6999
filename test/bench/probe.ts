/** Preloaded into a measured program: reports the resource usage of the process on request. */

/** Microseconds of processor time since the start, and current bytes of memory. */
export type Usage = { processor: number; memory: number }

process.on('message', (message) => {
  if (message !== 'usage') return
  const { user, system } = process.cpuUsage()
  process.send?.({ processor: user + system, memory: process.memoryUsage.rss() } satisfies Usage)
})
