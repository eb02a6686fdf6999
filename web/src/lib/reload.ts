/**
 * Reads parts of the page again, one reading at a time. Of two readings at once the framework keeps the later one only, so
 * with events every few hundred milliseconds none would ever arrive.
 */
import { invalidate } from '$app/navigation'
import { navigating } from '$app/state'

const wanted = new Set<string>()
let running: Promise<void> = Promise.resolve()
let next: Promise<void> | undefined
let isRunning = false

/** The page is shown, the user opens no other one, and parts of it are being read again. */
export const isReloading = (): boolean => isRunning && navigating.to === null

/** Resolves when no reading goes on, and none waits. */
export async function whenRead(): Promise<void> {
  while (isRunning || next) await (next ?? running)
}

/** Resolves after a reading that began after the call. It never fails: what cannot be read stays as it is. */
export function reload(...topics: readonly string[]): Promise<void> {
  for (const name of topics) wanted.add(name)
  next ??= running.then(readWanted)
  return next
}

function readWanted(): Promise<void> {
  next = undefined
  const names = [...wanted]
  wanted.clear()
  isRunning = true
  running = Promise.allSettled(names.map((name) => invalidate(name))).then(() => {
    isRunning = false
  })
  return running
}
