/** Reads the processor time of a process and of all below it from the /proc of Linux. */
import { readdir, readFile } from 'node:fs/promises'

type Process = { pid: number; parent: number; ticks: number }

/** Of one tick: Linux reports 100 in a second. */
const MICROSECONDS = 10_000

/** In microseconds; not a number where there is no /proc. */
export async function readProcessorTime(root: number): Promise<number> {
  const processes = await readProcesses()
  const add = (sum: number, { pid, ticks }: Process): number =>
    processes.filter(({ parent }) => parent === pid).reduce(add, sum + ticks)
  const process = processes.find(({ pid }) => pid === root)
  return process ? add(0, process) * MICROSECONDS : Number.NaN
}

async function readProcesses(): Promise<Process[]> {
  const names = await readdir('/proc').catch(() => [])
  const read = names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFile(`/proc/${name}/stat`, 'utf8').then(parseStat, () => [])) // it may have ended
  return (await Promise.all(read)).flat()
}

/** The name of the program is in brackets and may contain anything, so the other fields are counted after it. */
function parseStat(text: string): Process[] {
  const after = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [, parent] = after
  // utime and stime, and those of the children that have ended
  const ticks = after.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return [{ pid: Number.parseInt(text, 10), parent: Number(parent), ticks }]
}
