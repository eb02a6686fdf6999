/** Lets only so many pieces of work of one name run at a time; the others wait in the order in which they came. */

export type Gate = {
  /** Runs `work` when there is a place under `name`. Rejects with the signal's reason if that comes first. */
  run<Result>(name: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>
}

type Queue = { running: number; waiting: (() => void)[] }

/** `places` is how many run at a time under each name. */
export function createGate(places: number): Gate {
  const queues = new Map<string, Queue>()

  function leave(name: string, queue: Queue) {
    const next = queue.waiting.shift()
    if (next) return next() // the place is handed over, so the number running stays
    queue.running -= 1
    if (queue.running === 0) queues.delete(name)
  }

  return {
    async run(name, signal, work) {
      const queue = queues.get(name) ?? { running: 0, waiting: [] }
      queues.set(name, queue)
      if (queue.running < places) queue.running += 1
      else await handedOver(queue, signal)
      try {
        return await work()
      } finally {
        leave(name, queue)
      }
    },
  }
}

/** Waits until a place is handed over; one who gives up leaves the queue. */
function handedOver(queue: Queue, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = () => {
    queue.waiting.splice(queue.waiting.indexOf(enter), 1)
    reject(signal.reason)
  }
  const enter = () => {
    signal.removeEventListener('abort', giveUp)
    resolve()
  }
  queue.waiting.push(enter)
  signal.addEventListener('abort', giveUp, { once: true })
  return promise
}
