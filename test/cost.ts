/** Set-up of every project: notes the processor time that a test file takes, with the programs that it starts. */
import { readFileSync } from 'node:fs'
import { afterAll } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Of a file: seconds of processor time, of its worker and of the programs that ended while it ran. */
    processorSeconds?: number
  }
}

/** Linux counts this in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** Of this process and the descendants that it has waited for. Systems without /proc do not count descendants. */
function processorSeconds(): number {
  try {
    // proc(5): the name in parentheses may contain spaces; utime, stime, cutime and cstime are fields 14 to 17.
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
}

const before = processorSeconds()

// Registered first, this runs last, after the hooks that end programs.
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a hook needs
afterAll(({}, { file }) => {
  file.meta.processorSeconds = processorSeconds() - before
})
