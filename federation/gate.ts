/** Limits how many tasks of one name run concurrently. Further tasks wait in order of arrival. */

export type Gate = {
  /** Runs `work` when `name` has a free place. Rejects with the signal's reason if the wait is aborted. */
  run<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
}

type Queue = { running: number; waiting: (() => void)[] }

/** `places` limits the concurrent tasks of each name. */
export function createGate(places: number): Gate {
  const queues = new Map<string, Queue>()

  function leave(name: string, queue: Queue) {
    const next = queue.waiting.shift()
    if (next) return next() // it takes over the place, so `running` stays the same
    queue.running -= 1
    if (queue.running === 0) queues.delete(name)
  }

  return {
    async run(name, signal, work) {
      const queue = queues.get(name) ?? { running: 0, waiting: [] }
      queues.set(name, queue)
      if (queue.running < places) queue.running += 1
      else await waitForPlace(queue, signal)
      try {
        return await work()
      } finally {
        leave(name, queue)
      }
    },
  }
}

/** Waits for a place; an abort leaves the queue. */
function waitForPlace(queue: Queue, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = () => {
    queue.waiting.splice(queue.waiting.indexOf(enter), 1)
    reject(signal.reason)
  }
  const enter = () => {
    signal.removeEventListener('abort', abort)
    resolve()
  }
  queue.waiting.push(enter)
  signal.addEventListener('abort', abort, { once: true })
  return promise
}
