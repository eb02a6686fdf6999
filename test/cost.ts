/** Set-up of every project: notes the processor time that a test file takes, with the programs that it starts. */
import { readFileSync } from 'node:fs'
import { afterAll } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Of a file: seconds of processor time, of its worker and of the programs that it has started. */
    processorSeconds?: number
  }
}

/** Linux counts this in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** Of this process and its descendants, living or ended. Systems without /proc count this process only. */
function processorSeconds(): number {
  try {
    return ticksOf('self') / TICKS_PER_SECOND
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }
}

/** @throws an error if the process has ended */
function ticksOf(pid: string): number {
  // proc(5): the name in parentheses may contain spaces; utime, stime, cutime and cstime are fields 14 to 17.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0)
  const children = readFileSync(`/proc/${pid}/task/${pid === 'self' ? process.pid : pid}/children`, 'utf8')
  return children
    .split(' ')
    .filter(Boolean)
    .reduce((sum, child) => sum + ticksOfLiving(child), own)
}

function ticksOfLiving(pid: string): number {
  try {
    return ticksOf(pid)
  } catch {
    return 0 // it has just ended
  }
}

const before = processorSeconds()

// Registered first, this runs last, after the hooks that end programs.
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures a hook needs
afterAll(({}, { file }) => {
  file.meta.processorSeconds = processorSeconds() - before
})
