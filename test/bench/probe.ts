/** Preloaded into a measured program: reports the resource usage of the process on request. */

/** Microseconds of processor time since the start, and bytes of memory: now, and the most so far. */
export type Usage = { processor: number; memory: number; peak: number }

process.on('message', (message) => {
  if (message !== 'usage') return
  const { user, system } = process.cpuUsage()
  const peak = process.resourceUsage().maxRSS * 1024
  process.send?.({ processor: user + system, memory: process.memoryUsage.rss(), peak } satisfies Usage)
})
