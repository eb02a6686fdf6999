/** Loaded in front of a measured program: tells on request what the process has used so far. */

/** Microseconds of processor time since the start, and bytes of memory now. */
export type Usage = { processor: number; memory: number }

process.on('message', (message) => {
  if (message !== 'usage') return
  const { user, system } = process.cpuUsage()
  process.send?.({ processor: user + system, memory: process.memoryUsage.rss() } satisfies Usage)
})
